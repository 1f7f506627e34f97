import type { Message } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import type { Command } from '../../core/run-command.ts'
import { addMessage } from '../../helpdesk/add-message.ts'
import { askAssistant } from '../ask-assistant.ts'
import { openOwnConversation, type InOwnConversation, type VisitorInput } from '../open-visitor.ts'

type Input = VisitorInput & { conversationId: string; text: string }

/** A visitor writes on in a conversation of theirs; one that was resolved is open again. */
export const writeAsVisitor: Command<Input, InOwnConversation, Message> = {
  open: openOwnConversation,
  async run(unit, { text }) {
    const { conversation: before, shown } = unit
    if (!before) throw notFound()
    const author = { kind: 'contact', memberId: null, name: shown.contact?.name ?? '' } as const
    const { message, conversation } = addMessage(unit, { before, author, text, actor: null })
    askAssistant(unit, conversation)
    return message
  },
}
