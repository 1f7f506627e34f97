import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import type { Actor } from '#shared/protocol/events.ts'
import type { Unit } from '../core/run-command.ts'
import { appendMessage } from './append-message.ts'
import { asLast, tellListed } from './listed.ts'
import type { AtConversation } from './open-conversation.ts'
import { updateConversation } from './update-conversation.ts'

type Author = Message['author']
type Added = { message: Message; conversation: Conversation }
type Written = { before: Conversation; author: Author; text: string; actor: Actor | null }

/**
 * Writes into a conversation that is locked, and tells of what becomes of it: whoever answers first takes it over; a contact
 * who writes again opens it again.
 */
export function addMessage(unit: Unit & AtConversation, { before, author, text, actor }: Written): Added {
  const { draft, workspaceId, agent, at } = unit
  const place = before.messageCount + 1
  const ids = { workspaceId, agentId: agent.id, conversationId: before.id }
  const message = appendMessage(unit, { ...ids, place, author, text }, actor)
  const conversation = { ...before, ...turned(unit, before, author), messageCount: place, updatedAt: at }
  updateConversation(unit, conversation)
  if (conversation.state !== before.state || conversation.assigneeId !== before.assigneeId) {
    draft.append('conversation', before.id, 'conversation.updated', { conversation }, { actor })
  }
  tellListed(unit, conversation, { ...unit.shown, lastMessage: asLast(message) }, actor)
  return { message, conversation }
}

/** What becomes of a conversation by a message of this author. */
function turned({ mayAnswer }: AtConversation, { state, assigneeId }: Conversation, { kind, memberId }: Author) {
  const kept = mayAnswer ? assigneeId : null
  if (kind === 'member') return { state: 'open' as const, assigneeId: kept ?? memberId }
  if (kind === 'contact' && state === 'resolved') return { state: 'open' as const, assigneeId: kept }
  return { state, assigneeId }
}
