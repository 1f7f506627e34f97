import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import type { Command } from '../../core/run-command.ts'
import { turnConversation } from '../../helpdesk/turn-conversation.ts'
import { openOwnConversation, type InOwnConversation, type VisitorInput } from '../open-visitor.ts'

type Input = VisitorInput & { conversationId: string }

/** A visitor wants a person in place of the Assistant. Where somebody of the team has it already nothing changes. */
export const askForPerson: Command<Input, InOwnConversation, Conversation> = {
  open: openOwnConversation,
  async run(unit) {
    const { conversation: before, mayAnswer } = unit
    if (!before) throw notFound()
    const assigneeId = mayAnswer ? before.assigneeId : null
    if (assigneeId !== null && before.state === 'open') return before
    return turnConversation(unit, before, { state: 'waiting', assigneeId }, null)
  },
}
