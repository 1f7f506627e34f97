import type { Message } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import { actorOf, requireAccess, type AgentInput, type KeyInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { addMessage } from '../add-message.ts'
import { openConversation, type WithConversation } from '../open-conversation.ts'

/** A member writes as who they are; an API key says whose message it hands on. */
type Input = (AgentInput | (KeyInput & { author: 'contact' | 'assistant' })) & { conversationId: string; text: string }

export const writeMessage: Command<Input, WithConversation, Message> = {
  open: (tx, input) => openConversation(tx, input),
  async run(unit, input) {
    const { actor, conversation: before } = unit
    requireAccess(actor, 'conversation.reply', 'conversations:write')
    if (!before) throw notFound()
    const written = { before, author: authorOf(unit, input), text: input.text, actor: actorOf(actor) }
    return addMessage(unit, written).message
  },
}

function authorOf({ actor, shown }: WithConversation, input: Input): Message['author'] {
  if ('role' in actor) return { kind: 'member', memberId: actor.id, name: actor.displayName }
  const isContact = 'author' in input && input.author === 'contact'
  if (isContact) return { kind: 'contact', memberId: null, name: shown.contact?.name ?? '' }
  return { kind: 'assistant', memberId: null, name: 'Assistant' }
}
