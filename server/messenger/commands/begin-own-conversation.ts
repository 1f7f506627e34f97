import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { mostOpenOfVisitor } from '#shared/protocol/visitors.ts'
import { Refusal } from '../../core/errors.ts'
import type { Command } from '../../core/run-command.ts'
import { together, type Tx } from '../../core/tenant.ts'
import { beginConversation } from '../../helpdesk/begin-conversation.ts'
import type { Shown } from '../../helpdesk/listed.ts'
import { askAssistant } from '../ask-assistant.ts'
import { contactKept, isOwn, openVisitor, type AsVisitor, type VisitorInput } from '../open-visitor.ts'

type Input = VisitorInput & { text: string }
type Opened = AsVisitor & { contact: Shown['contact']; unresolved: number }

/** A visitor's first words. Whoever has begun none before becomes a visitor by it. */
export const beginOwnConversation: Command<Input, Opened, Conversation> = {
  async open(tx, input) {
    const [opened, [contact], [{ unresolved }]] = await together(
      openVisitor(tx, input, 'become'),
      // read behind the visitor's lock: they may have said who they are while it was waited for
      contactKept(tx, input),
      unresolvedOf(tx, input),
    )
    return { ...opened, contact: contact ?? null, unresolved }
  },
  async run(unit, { text }) {
    const { visitor, contact, unresolved } = unit
    if (unresolved >= mostOpenOfVisitor) {
      throw new Refusal('limit_reached', 'Write in one of your conversations that are still open.')
    }
    const conversation = beginConversation(unit, { contact, visitorId: visitor.id, text, actor: null })
    askAssistant(unit, conversation)
    return conversation
  },
}

function unresolvedOf(tx: Tx, input: VisitorInput) {
  return tx<[{ unresolved: number }]>`
    select count(*) as unresolved
    from conversations
    where ${isOwn(tx, input)} and state <> 'resolved'`
}
