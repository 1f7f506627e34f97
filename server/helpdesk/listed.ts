import { mostExcerpt, type ListedConversation } from '#shared/protocol/agents/desk.ts'
import { mostListed } from '#shared/state/snapshots.ts'
import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import type { Actor } from '#shared/protocol/events.ts'
import type { InAgentIds } from '../agents/resource-rows.ts'
import type { Unit } from '../core/run-command.ts'
import type { Tx } from '../core/tenant.ts'
import type { ConversationIds } from './conversation-rows.ts'

/** What a list shows of a conversation besides itself. */
export type Shown = Pick<ListedConversation, 'contact' | 'lastMessage'>

/** What the tables hold of it, for `shownOf`. */
export type ShownRow = {
  contactId: string | null
  contactName: string | null
  contactEmail: string | null
  lastAuthor: Message['author']['kind'] | null
  lastMemberId: string | null
  lastAuthorName: string | null
  lastText: string | null
  lastAt: string | null
}
export type ListedRow = Conversation & ShownRow

/** The contact that it is of and the message that was written last: that at the place of the count. */
const withShown = (tx: Tx) => tx`
  left join contacts k
    on k.workspace_id = c.workspace_id and k.agent_id = c.agent_id and k.id = c.contact_id
  left join messages m
    on m.workspace_id = c.workspace_id and m.agent_id = c.agent_id and m.conversation_id = c.id
      and m.place = c.message_count`

const shownColumns = (tx: Tx) => tx`
  c.contact_id, k.name as contact_name, k.email as contact_email, m.author as last_author, m.member_id as last_member_id,
  m.author_name as last_author_name, left(m.text, ${mostExcerpt}::int) as last_text, m.at as last_at`

/** What a list shows of one conversation, for sending together with other statements. */
export function shownWith(tx: Tx, { workspaceId, agentId, conversationId }: ConversationIds) {
  return tx<ShownRow[]>`
    select ${shownColumns(tx)}
    from conversations c ${withShown(tx)}
    where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId} and c.id = ${conversationId}`
}

const listedColumns = (tx: Tx) => tx`
  c.id, c.agent_id, c.state, c.assignee_id, c.message_count, c.created_at, c.updated_at, ${shownColumns(tx)}`

/** One list of the Help Desk, the latest first, as long as the snapshot has it. */
export function listedIn(tx: Tx, { workspaceId, agentId }: InAgentIds, list: keyof typeof mostListed) {
  return tx<ListedRow[]>`
    select ${listedColumns(tx)}
    from conversations c ${withShown(tx)}
    where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId}
      and ${list === 'resolved' ? tx`c.state = 'resolved'` : tx`c.state <> 'resolved'`}
    order by c.updated_at desc, c.id desc
    limit ${mostListed[list]}`
}

/** These conversations as lists show them. */
export function listedAmong(tx: Tx, { workspaceId, agentId }: InAgentIds, conversationIds: readonly string[]) {
  return tx<ListedRow[]>`
    select ${listedColumns(tx)}
    from conversations c ${withShown(tx)}
    where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId} and c.id = any(${[...conversationIds]})
    order by c.id`
}

export function listedOf(row: ListedRow): ListedConversation {
  const { id, agentId, contactId, state, assigneeId, messageCount, createdAt, updatedAt } = row
  return { id, agentId, contactId, state, assigneeId, messageCount, createdAt, updatedAt, ...shownOf(row) }
}

export function shownOf(row: ShownRow): Shown {
  const { contactId, contactName, contactEmail, lastAuthor, lastMemberId, lastAuthorName, lastText, lastAt } = row
  return {
    contact: contactId === null ? null : { id: contactId, name: contactName ?? '', email: contactEmail },
    lastMessage:
      lastAuthor === null
        ? null
        : {
            author: { kind: lastAuthor, memberId: lastMemberId, name: lastAuthorName ?? '' },
            excerpt: lastText ?? '',
            at: lastAt ?? '',
          },
  }
}

/** The members whose names its line shows, whether they are members still or not. */
export function namedIn({ assigneeId, lastMessage }: ListedConversation): (string | null)[] {
  return [assigneeId, lastMessage?.author.memberId ?? null]
}

/** The message as the last one in a list. */
export function asLast({ author, text, at }: Message): Shown['lastMessage'] {
  return { author, excerpt: [...text].slice(0, mostExcerpt).join(''), at }
}

/** Tells the agent's Help Desk how the conversation is listed from now on. */
export function tellListed({ draft }: Pick<Unit, 'draft'>, conversation: Conversation, shown: Shown, actor: Actor | null): void {
  const listed = { ...conversation, contact: shown.contact, lastMessage: shown.lastMessage }
  draft.append('agent', conversation.agentId, 'conversation.listed', { conversation: listed }, { actor })
} // prettier-ignore

/** Tells of a conversation that changed where it is read, and where it is listed. */
export function tellChanged({ draft }: Pick<Unit, 'draft'>, row: ListedRow, actor: Actor | null): void {
  const { contact, lastMessage, ...conversation } = listedOf(row)
  draft.append('conversation', conversation.id, 'conversation.updated', { conversation }, { actor })
  tellListed({ draft }, conversation, { contact, lastMessage }, actor)
}
