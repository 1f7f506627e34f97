import type { Face } from '#shared/protocol/visitors.ts'
import type { Tx } from '../core/tenant.ts'
import type { ConversationIds } from '../helpdesk/conversation-rows.ts'
import { avatarUrlOf } from '../membership/rows.ts'

export type FaceRow = { memberId: string; name: string; avatarHash: string | null }

/** The members who have written in a conversation, as they are called and look now: whoever has left is none of them. */
export function facesIn(tx: Tx, { workspaceId, agentId, conversationId }: ConversationIds) {
  return tx<FaceRow[]>`
    select m.id as member_id, m.display_name as name, m.avatar_hash
    from members m
    where m.workspace_id = ${workspaceId} and m.id in (
      select w.member_id
      from messages w
      where w.workspace_id = ${workspaceId} and w.agent_id = ${agentId} and w.conversation_id = ${conversationId}
        and w.member_id is not null
    )
    order by m.id`
}

export function faceOf({ memberId, name, avatarHash }: FaceRow): Face {
  return { memberId, name, avatarUrl: avatarUrlOf(avatarHash) }
}
