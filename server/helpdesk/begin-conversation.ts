import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import type { Actor } from '#shared/protocol/events.ts'
import { startConversation } from '../core/event-log.ts'
import { newId } from '../core/ids.ts'
import type { AtAgent } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'
import { appendMessage } from './append-message.ts'
import { asLast, tellListed, type Shown } from './listed.ts'

type Begun = {
  /** Whose it is; the row is kept from changing, since lists tell of it. */
  contact: Shown['contact']
  /** The visitor who began it by the Messenger, and the digest of the address from where. */
  begunBy: { visitorId: string; from: Buffer } | null
  /** The contact's first message. */
  text: string | undefined
  actor: Actor | null
}

/** Stores and tells of a new conversation: open, and the Assistant's. */
export function beginConversation(unit: Unit & AtAgent, { contact, begunBy, text, actor }: Begun): Conversation {
  const { draft, workspaceId, agent, at } = unit
  const conversation: Conversation = {
    id: newId(),
    agentId: agent.id,
    contactId: contact?.id ?? null,
    state: 'open',
    assigneeId: null,
    messageCount: 0,
    createdAt: at,
    updatedAt: at,
  }
  insert(unit, conversation, { begunBy, messages: text === undefined ? 0 : 1 })
  draft.append('conversation', conversation.id, 'conversation.created', { conversation }, { actor })
  draft.append('agent', agent.id, 'conversation.created', { conversation }, { actor })
  if (text === undefined) {
    tellListed(unit, conversation, { contact, lastMessage: null }, actor)
    return conversation
  }
  const ids = { workspaceId, agentId: agent.id, conversationId: conversation.id }
  const author = { kind: 'contact', memberId: null, name: contact?.name ?? '' } as const
  const message = appendMessage(unit, { ...ids, place: 1, author, text }, actor)
  const written = { ...conversation, messageCount: 1 }
  tellListed(unit, written, { contact, lastMessage: asLast(message) }, actor)
  return written
}

type Inserted = Pick<Begun, 'begunBy'> & { messages: number }

function insert(
  { tx, draft, workspaceId }: Unit & AtAgent,
  conversation: Conversation,
  { begunBy, messages }: Inserted,
): void {
  const { id, agentId, contactId, state, createdAt, updatedAt } = conversation
  for (const statement of startConversation(tx, { workspaceId, agentId, id })) draft.send(statement)
  draft.send(tx`
    insert into conversations (
      id, workspace_id, agent_id, contact_id, visitor_id, begun_from, state, message_count, created_at, updated_at
    )
    values (
      ${id}, ${workspaceId}, ${agentId}, ${contactId}, ${begunBy?.visitorId ?? null}, ${begunBy?.from ?? null},
      ${state}, ${messages}, ${createdAt}, ${updatedAt}
    )`)
}
