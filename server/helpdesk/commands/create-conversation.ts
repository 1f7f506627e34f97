import type { Conversation, NewConversation } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import type { Tx } from '../../core/tenant.ts'
import { beginConversation } from '../begin-conversation.ts'
import type { Shown } from '../listed.ts'

type Input = AgentCaller & { conversation: NewConversation }
type Opened = InAgent & { found: NonNullable<Shown['contact']>[] }

/** Open and the Assistant's. A first message is the contact's. */
export const createConversation: Command<Input, Opened, Conversation> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), contactKept(tx, input)),
  async run(unit, { conversation: { contactId, text } }) {
    const { actor, found } = unit
    requireAccess(actor, 'conversation.reply', 'conversations:write')
    const [contact = null] = found
    if (contactId !== undefined && !contact) throw notFound()
    return beginConversation(unit, { contact, begunBy: null, text, actor: actorOf(actor) })
  },
}

/** The contact, which stays as it is as long as this takes: lists tell of it. */
function contactKept(tx: Tx, { workspaceId, agentId, conversation: { contactId } }: Input) {
  return tx<NonNullable<Shown['contact']>[]>`
    select id, name, email
    from contacts
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${contactId ?? null}
    for share`
}
