import {
  type Conversation,
  type ConversationAnswer,
  type ConversationsQuery,
  type Message,
} from '#shared/protocol/agents/conversations.ts'
import { mostMessagesInSnapshot } from '#shared/state/snapshots.ts'
import type { PageOf, PageQuery } from '#shared/protocol/page.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { readInAgent } from '../../agents/queries/read-in-agent.ts'
import { notFound } from '../../core/errors.ts'
import type { AgentCaller } from '../../core/opening.ts'
import { pageFrom } from '../../core/page.ts'
import type { Sql } from '../../db/sql.ts'
import { readFormerMembers } from '../../membership/queries/former-members.ts'
import { conversationWith, messageOf, pageOfConversations, pageOfMessages } from '../conversation-rows.ts'
import type { ConversationInput } from '../open-conversation.ts'

const need = { action: 'workspace.view', scope: 'conversations:read' } as const

/** A page of the agent's conversations, the newest first. */
export async function readConversations(
  sql: Sql,
  caller: AgentCaller,
  query: ConversationsQuery,
): Promise<PageOf<Conversation>> {
  const [found] = await readInAgent(sql, caller, need, (tx) => [
    pageOfConversations(tx, caller, { ...query, limit: query.limit + 1 }),
  ])
  return pageFrom(found, query.limit)
}

/** The snapshot of `conversation:<id>`. */
export async function readConversation(
  sql: Sql,
  epoch: string,
  caller: ConversationInput,
): Promise<ConversationAnswer> {
  const stream = streamOf('conversation', caller.conversationId)
  const [[head], [conversation], newest] = await readInAgent(sql, caller, { ...need, streams: [stream] }, (tx) => [
    tx<{ position: number }[]>`select position from streams where name = ${stream}`,
    conversationWith(tx, caller),
    pageOfMessages(tx, caller, { limit: mostMessagesInSnapshot }),
  ])
  if (!head || !conversation) throw notFound()
  const messages = newest.map(messageOf).reverse()
  const named = [conversation.assigneeId, ...messages.map(({ author }) => author.memberId)]
  const former = await readFormerMembers(sql, caller.workspaceId, named)
  return { position: head.position, epoch, conversation, messages, former }
}

/** A page of the conversation's messages, the newest first. */
export async function readMessages(sql: Sql, caller: ConversationInput, query: PageQuery): Promise<PageOf<Message>> {
  const [[conversation], found] = await readInAgent(sql, caller, need, (tx) => [
    conversationWith(tx, caller),
    pageOfMessages(tx, caller, { ...query, limit: query.limit + 1 }),
  ])
  if (!conversation) throw notFound()
  return pageFrom(found.map(messageOf), query.limit)
}
