import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { actorOf, type InWorkspace } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'

/**
 * What a member has to answer goes back to the Assistant, in all agents of the workspace: before they are no member any
 * more, or may not answer any more. The workspace's lock keeps everybody out of its conversations meanwhile.
 */
export async function giveBackConversations(
  { tx, draft, actor, at }: Unit & InWorkspace,
  memberId: string,
): Promise<void> {
  const given = await tx<Conversation[]>`
    select id, agent_id, contact_id, state, assignee_id, message_count, created_at, updated_at
    from give_back_conversations(${memberId}, ${at})`
  for (const conversation of given) {
    draft.append('conversation', conversation.id, 'conversation.updated', { conversation }, { actor: actorOf(actor) })
  }
}
