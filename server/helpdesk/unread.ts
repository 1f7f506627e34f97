import { mostListed } from '#shared/state/snapshots.ts'
import type { AgentInput } from '../core/opening.ts'
import type { Tx } from '../core/tenant.ts'

/**
 * Of the conversations that the lists hold those with something that this member has not read: what others wrote behind
 * what they have read, since they are a member.
 */
export function unreadIn(tx: Tx, { workspaceId, agentId, userId }: AgentInput) {
  return tx<{ conversationId: string; upTo: number }[]>`
    select c.id as conversation_id, last.place as up_to
    from (${newest(tx, { workspaceId, agentId }, 'unresolved')} union all ${newest(tx, { workspaceId, agentId }, 'resolved')}) c
      join members me on me.workspace_id = ${workspaceId} and me.user_id = ${userId}
      left join reads r
        on r.workspace_id = ${workspaceId} and r.agent_id = ${agentId}
          and r.conversation_id = c.id and r.member_id = me.id
      cross join lateral (
        select m.place
        from messages m
        where m.workspace_id = ${workspaceId} and m.agent_id = ${agentId} and m.conversation_id = c.id
          and m.place > coalesce(r.up_to, 0) and m.at >= me.unread_since and m.member_id is distinct from me.id
        order by m.place desc
        limit 1
      ) last
    order by c.id`
}

function newest(tx: Tx, { workspaceId, agentId }: Omit<AgentInput, 'userId'>, list: keyof typeof mostListed) {
  return tx`(
    select id
    from conversations
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
      and ${list === 'resolved' ? tx`state = 'resolved'` : tx`state <> 'resolved'`}
    order by updated_at desc, id desc
    limit ${mostListed[list]}
  )`
}
