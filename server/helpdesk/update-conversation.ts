import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import type { AtAgent } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'

/** Stores what can change of a conversation whose row is locked. */
export function updateConversation(
  { tx, draft, workspaceId, agent }: Unit & AtAgent,
  conversation: Conversation,
): void {
  const { id, state, assigneeId, messageCount, updatedAt } = conversation
  draft.send(tx`
    update conversations
    set state = ${state}, assignee_id = ${assigneeId}, message_count = ${messageCount}, updated_at = ${updatedAt}
    where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${id}`)
}
