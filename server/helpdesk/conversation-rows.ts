import type { Conversation, ConversationsQuery, Message } from '#shared/protocol/agents/conversations.ts'
import type { PageQuery } from '#shared/protocol/page.ts'
import type { InAgentIds } from '../agents/resource-rows.ts'
import type { Tx } from '../core/tenant.ts'

export type ConversationIds = InAgentIds & { conversationId: string }

export const conversationColumns = (tx: Tx) =>
  tx`id, agent_id, contact_id, state, assignee_id, message_count, created_at, updated_at`

/** The conversation, for sending together with other statements. */
export function conversationWith(tx: Tx, { workspaceId, agentId, conversationId }: ConversationIds) {
  return tx<Conversation[]>`
    select ${conversationColumns(tx)}
    from conversations
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${conversationId}`
}

/** The newest first, so many behind the one with the id `cursor`. */
export function pageOfConversations(tx: Tx, { workspaceId, agentId }: InAgentIds, query: ConversationsQuery) {
  const { limit, cursor, state, contactId } = query
  return tx<Conversation[]>`
    select ${conversationColumns(tx)}
    from conversations
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
      ${state === undefined ? tx`` : tx`and state = ${state}`}
      ${contactId === undefined ? tx`` : tx`and contact_id = ${contactId}`}
      ${cursor === undefined ? tx`` : tx`and id < ${cursor}`}
    order by id desc
    limit ${limit}`
}

export type MessageRow = {
  id: string
  conversationId: string
  author: Message['author']['kind']
  memberId: string | null
  authorName: string
  text: string
  at: string
}

export function messageOf({ author, memberId, authorName, ...row }: MessageRow): Message {
  return { ...row, author: { kind: author, memberId, name: authorName } }
}

/** The newest first, so many behind the one with the id `cursor`. */
export function pageOfMessages(
  tx: Tx,
  { workspaceId, agentId, conversationId }: ConversationIds,
  { limit, cursor }: PageQuery,
) {
  return tx<MessageRow[]>`
    select m.id, m.conversation_id, m.author, m.member_id, m.author_name, m.text, m.at
    from messages m
    where m.workspace_id = ${workspaceId} and m.agent_id = ${agentId} and m.conversation_id = ${conversationId}
      ${cursor === undefined ? tx`` : tx`and m.place < ${placeOf(tx, { workspaceId, agentId, conversationId }, cursor)}`}
    order by m.place desc
    limit ${limit}`
}

function placeOf(tx: Tx, { workspaceId, agentId, conversationId }: ConversationIds, messageId: string) {
  return tx`(
    select c.place
    from messages c
    where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId}
      and c.conversation_id = ${conversationId} and c.id = ${messageId}
  )`
}
