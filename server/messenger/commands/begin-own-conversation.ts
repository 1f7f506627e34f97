import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { mostOpenFromAddress, mostOpenOfVisitor } from '#shared/protocol/visitors.ts'
import { Refusal } from '../../core/errors.ts'
import type { Command } from '../../core/run-command.ts'
import { together, type Tx } from '../../core/tenant.ts'
import { beginConversation } from '../../helpdesk/begin-conversation.ts'
import type { Shown } from '../../helpdesk/listed.ts'
import { askAssistant } from '../ask-assistant.ts'
import { contactKept, isOwn, openVisitor, type AsVisitor, type VisitorInput } from '../open-visitor.ts'

/** `from`: the digest of the address where they are. */
type Input = VisitorInput & { text: string; from: Buffer }
type Opened = AsVisitor & { contact: Shown['contact']; unresolved: number; unresolvedFrom: number }

/** A visitor's first words. Whoever has begun none before becomes a visitor by it. */
export const beginOwnConversation: Command<Input, Opened, Conversation> = {
  async open(tx, input) {
    const [opened, [contact], [{ unresolved }], , [{ unresolvedFrom }]] = await together(
      openVisitor(tx, input, 'become'),
      // read behind the visitor's lock: they may have said who they are while it was waited for
      contactKept(tx, input),
      unresolvedOf(tx, input),
      // what is begun from one address is counted one after another
      tx`select pg_advisory_xact_lock(hashtextextended(${`${input.agentId} ${input.from.toString('hex')}`}, 0))`,
      countedFrom(tx, input),
    )
    return { ...opened, contact: contact ?? null, unresolved, unresolvedFrom }
  },
  async run(unit, { text, from }) {
    const { visitor, contact, unresolved, unresolvedFrom } = unit
    if (unresolved >= mostOpenOfVisitor) {
      throw new Refusal('limit_reached', 'Write in one of your conversations that are still open.')
    }
    if (unresolvedFrom >= mostOpenFromAddress) {
      throw new Refusal('limit_reached', 'Too many conversations from your network are open here. Try again tomorrow.')
    }
    const begunBy = { visitorId: visitor.id, from }
    const conversation = beginConversation(unit, { contact, begunBy, text, actor: null })
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

/** Of those begun there within a day. */
function countedFrom(tx: Tx, { workspaceId, agentId, from }: Input) {
  return tx<[{ unresolvedFrom: number }]>`
    select count(*) as unresolved_from
    from conversations
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and begun_from = ${from}
      and state <> 'resolved' and created_at > clock_timestamp() - interval '1 day'`
}
