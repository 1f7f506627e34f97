import type { Conversation, NewConversation } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import { startConversation } from '../../core/event-log.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import type { Tx } from '../../core/tenant.ts'
import { appendMessage } from '../append-message.ts'

type Input = AgentCaller & { conversation: NewConversation }
type Writer = { name: string }
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
    if (text === undefined) return conversation
    const ids = { workspaceId: unit.workspaceId, agentId: agent.id, conversationId: conversation.id }
    const author = { kind: 'contact', memberId: null, name: contact?.name ?? '' } as const
    appendMessage(unit, { ...ids, place: 1, author, text }, more.actor)
    return { ...conversation, messageCount: 1 }
  },
}

/** The contact, which stays as long as this takes. */
function contactKept(tx: Tx, { workspaceId, agentId, conversation: { contactId } }: Input) {
  return tx<Writer[]>`
    select name
    from contacts
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${contactId ?? null}
    for key share`
}

function begin({ tx, draft, workspaceId }: Unit & InAgent, conversation: Conversation, messages: number): void {
  const { id, agentId, contactId, state, createdAt, updatedAt } = conversation
  for (const statement of startConversation(tx, { workspaceId, agentId, id })) draft.send(statement)
  draft.send(tx`
    insert into conversations (id, workspace_id, agent_id, contact_id, state, message_count, created_at, updated_at)
    values (${id}, ${workspaceId}, ${agentId}, ${contactId}, ${state}, ${messages}, ${createdAt}, ${updatedAt})`)
}
