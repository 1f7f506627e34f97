import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import type { AtAgent } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'
import { enqueue } from '../jobs/enqueue.ts'

/** Has the Assistant answer what a visitor has just written, if it is the Assistant's to answer. */
export function askAssistant({ tx, draft, workspaceId, agent }: Unit & AtAgent, conversation: Conversation): void {
  const { id, state, assigneeId, messageCount } = conversation
  if (state !== 'open' || assigneeId !== null) return
  const payload = { workspaceId, agentId: agent.id, conversationId: id, place: messageCount }
  draft.send(enqueue(tx, { task: 'answer-visitor', payload }))
}
