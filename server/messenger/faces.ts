import type { Face } from '#shared/protocol/visitors.ts'
import type { Tx } from '../core/tenant.ts'
import type { ConversationIds } from '../helpdesk/conversation-rows.ts'
import { avatarUrlOf } from '../membership/rows.ts'

export type FaceRow = { memberId: string; name: string; avatarHash: string | null }

/**
 * The members who have written in a conversation, as they are called and look now; whoever has left as they were called
 * last, without a picture.
 */
export function facesIn(tx: Tx, { workspaceId, agentId, conversationId }: ConversationIds) {
  return tx<FaceRow[]>`
    with writers as (
      select distinct w.member_id
      from messages w
      where w.workspace_id = ${workspaceId} and w.agent_id = ${agentId} and w.conversation_id = ${conversationId}
        and w.member_id is not null
    )
    select m.id as member_id, m.display_name as name, m.avatar_hash
    from writers w join members m on m.workspace_id = ${workspaceId} and m.id = w.member_id
    union all
    select f.id as member_id, f.display_name as name, null as avatar_hash
    from writers w join former_members f on f.workspace_id = ${workspaceId} and f.id = w.member_id
    order by member_id`
}

export function faceOf({ memberId, name, avatarHash }: FaceRow): Face {
  return { memberId, name, avatarUrl: avatarUrlOf(avatarHash) }
}
