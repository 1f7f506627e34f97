import { actorOf, type InWorkspace } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'
import { tellChanged, type ListedRow } from './listed.ts'

/**
 * What a member has to answer goes back to the Assistant, in all agents of the workspace: before they are no member any
 * more, or may not answer any more. The workspace's lock keeps everybody out of its conversations meanwhile.
 */
export async function giveBackConversations(
  { tx, draft, actor, at }: Unit & InWorkspace,
  memberId: string,
): Promise<void> {
  const given = await tx<ListedRow[]>`
    select
      id, agent_id, contact_id, state, assignee_id, message_count, created_at, updated_at, contact_name, contact_email,
      last_author, last_member_id, last_author_name, last_text, last_at
    from hand_back_conversations(${memberId}, ${at})`
  for (const row of given) tellChanged({ draft }, row, actorOf(actor))
}
