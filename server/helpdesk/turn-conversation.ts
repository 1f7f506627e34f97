import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import type { Actor } from '#shared/protocol/events.ts'
import type { Unit } from '../core/run-command.ts'
import { tellListed } from './listed.ts'
import type { AtConversation } from './open-conversation.ts'
import { updateConversation } from './update-conversation.ts'

/** Gives a conversation that is locked another state or another assignee, and tells of it; the same again is nothing. */
export function turnConversation(
  unit: Unit & AtConversation,
  before: Conversation,
  { state, assigneeId }: Pick<Conversation, 'state' | 'assigneeId'>,
  actor: Actor | null,
): Conversation {
  const { draft, agent, shown, at } = unit
  if (state === before.state && assigneeId === before.assigneeId) return before
  const conversation = { ...before, state, assigneeId, updatedAt: at }
  updateConversation(unit, conversation)
  draft.append('conversation', before.id, 'conversation.updated', { conversation }, { actor })
  tellListed(unit, conversation, shown, actor)
  if (state === 'waiting' && before.state !== 'waiting') {
    draft.append('agent', agent.id, 'takeover.requested', { conversationId: before.id }, { actor })
  }
  return conversation
}
