import type { Conversation, NewConversation } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import { startConversation } from '../../core/event-log.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import type { Tx } from '../../core/tenant.ts'
import { appendMessage } from '../append-message.ts'
import { asLast, tellListed, type Shown } from '../listed.ts'

type Input = AgentCaller & { conversation: NewConversation }
type Writer = NonNullable<Shown['contact']>
type Opened = InAgent & { found: Writer[] }

/** Open and the Assistant's. A first message is the contact's. */
export const createConversation: Command<Input, Opened, Conversation> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), contactKept(tx, input)),
  async run(unit, { conversation: { contactId, text } }) {
    const { draft, agent, actor, at, found } = unit
    requireAccess(actor, 'conversation.reply', 'conversations:write')
    const [contact] = found
    if (contactId !== undefined && !contact) throw notFound()
    const conversation: Conversation = {
      id: newId(),
      agentId: agent.id,
      contactId: contactId ?? null,
      state: 'open',
      assigneeId: null,
      messageCount: 0,
      createdAt: at,
      updatedAt: at,
    }
    begin(unit, conversation, text === undefined ? 0 : 1)
    const more = { actor: actorOf(actor) }
    draft.append('conversation', conversation.id, 'conversation.created', { conversation }, more)
    draft.append('agent', agent.id, 'conversation.created', { conversation }, more)
    if (text === undefined) {
      tellListed(unit, conversation, { contact: contact ?? null, lastMessage: null }, more.actor)
      return conversation
    }
    const ids = { workspaceId: unit.workspaceId, agentId: agent.id, conversationId: conversation.id }
    const author = { kind: 'contact', memberId: null, name: contact?.name ?? '' } as const
    const message = appendMessage(unit, { ...ids, place: 1, author, text }, more.actor)
    const written = { ...conversation, messageCount: 1 }
    tellListed(unit, written, { contact: contact ?? null, lastMessage: asLast(message) }, more.actor)
    return written
  },
}

/** The contact, which stays as it is as long as this takes: lists tell of it. */
function contactKept(tx: Tx, { workspaceId, agentId, conversation: { contactId } }: Input) {
  return tx<Writer[]>`
    select id, name, email
    from contacts
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${contactId ?? null}
    for share`
}

function begin({ tx, draft, workspaceId }: Unit & InAgent, conversation: Conversation, messages: number): void {
  const { id, agentId, contactId, state, createdAt, updatedAt } = conversation
  for (const statement of startConversation(tx, { workspaceId, agentId, id })) draft.send(statement)
  draft.send(tx`
    insert into conversations (id, workspace_id, agent_id, contact_id, state, message_count, created_at, updated_at)
    values (${id}, ${workspaceId}, ${agentId}, ${contactId}, ${state}, ${messages}, ${createdAt}, ${updatedAt})`)
}
