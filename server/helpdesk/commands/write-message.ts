import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import { actorOf, requireAccess, type AgentInput, type KeyInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { appendMessage } from '../append-message.ts'
import { asLast, tellListed } from '../listed.ts'
import { openConversation, type WithConversation } from '../open-conversation.ts'
import { updateConversation } from '../update-conversation.ts'

/** A member writes as who they are; an API key says whose message it hands on. */
type Input = (AgentInput | (KeyInput & { author: 'contact' | 'assistant' })) & { conversationId: string; text: string }
type Author = Message['author']

/** Whoever answers first takes it over; a contact who writes again opens it again. */
export const writeMessage: Command<Input, WithConversation, Message> = {
  open: (tx, input) => openConversation(tx, input),
  async run(unit, input) {
    const { draft, workspaceId, agent, actor, conversation: before, at } = unit
    requireAccess(actor, 'conversation.reply', 'conversations:write')
    if (!before) throw notFound()
    const author = authorOf(unit, input)
    const place = before.messageCount + 1
    const ids = { workspaceId, agentId: agent.id, conversationId: before.id }
    const message = appendMessage(unit, { ...ids, place, author, text: input.text }, actorOf(actor))
    const conversation = { ...before, ...turned(unit, before, author), messageCount: place, updatedAt: at }
    updateConversation(unit, conversation)
    if (conversation.state !== before.state || conversation.assigneeId !== before.assigneeId) {
      draft.append('conversation', before.id, 'conversation.updated', { conversation }, { actor: actorOf(actor) })
    }
    tellListed(unit, conversation, { ...unit.shown, lastMessage: asLast(message) }, actorOf(actor))
    return message
  },
}

function authorOf({ actor, shown }: WithConversation, input: Input): Author {
  if ('role' in actor) return { kind: 'member', memberId: actor.id, name: actor.displayName }
  const isContact = 'author' in input && input.author === 'contact'
  if (isContact) return { kind: 'contact', memberId: null, name: shown.contact?.name ?? '' }
  return { kind: 'assistant', memberId: null, name: 'Assistant' }
}

/** What becomes of a conversation by a message of this author. */
function turned({ mayAnswer }: WithConversation, { state, assigneeId }: Conversation, { kind, memberId }: Author) {
  const kept = mayAnswer ? assigneeId : null
  if (kind === 'member') return { state: 'open' as const, assigneeId: kept ?? memberId }
  if (kind === 'contact' && state === 'resolved') return { state: 'open' as const, assigneeId: kept }
  return { state, assigneeId }
}
