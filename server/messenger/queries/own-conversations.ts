import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { mostMessagesInSnapshot } from '#shared/state/snapshots.ts'
import type { PageOf, PageQuery } from '#shared/protocol/page.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import type { VisitorConversation, VisitorConversationAnswer, VisitorMessage } from '#shared/protocol/visitors.ts'
import { notFound } from '../../core/errors.ts'
import { pageFrom } from '../../core/page.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { conversationColumns, messageOf, pageOfMessages } from '../../helpdesk/conversation-rows.ts'
import { faceOf, facesIn } from '../faces.ts'
import { isOwn, type VisitorInput } from '../open-visitor.ts'
import { conversationFor, messageFor } from '../view.ts'

type OfConversation = VisitorInput & { conversationId: string }

/** A page of the visitor's conversations, the newest first; of a token that nobody knows there are none. */
export async function readOwnConversations(
  sql: Sql,
  input: VisitorInput,
  { limit, cursor }: PageQuery,
): Promise<PageOf<VisitorConversation>> {
  const { workspaceId, agentId } = input
  const [found] = await readWithin(sql, { workspace: workspaceId, agent: agentId }, (tx) => [
    tx<Conversation[]>`
      select ${conversationColumns(tx)}
      from conversations
      where ${isOwn(tx, input)} ${cursor === undefined ? tx`` : tx`and id < ${cursor}`}
      order by id desc
      limit ${limit + 1}`,
  ])
  return pageFrom(found.map(conversationFor), limit)
}

/** The snapshot of `conversation:<id>`, for its visitor. */
export async function readOwnConversation(
  sql: Sql,
  epoch: string,
  input: OfConversation,
): Promise<VisitorConversationAnswer> {
  const { workspaceId, agentId, conversationId } = input
  const [stream, above] = [streamOf('conversation', conversationId), streamOf('workspace', workspaceId)]
  const scope = { workspace: workspaceId, agent: agentId, streams: [stream, above] }
  const [[conversation], [heads], newest, faces] = await readWithin(sql, scope, (tx) => [
    ownConversation(tx, input),
    tx<{ position: number | null; facesAt: number | null }[]>`
      select
        (select position from streams where name = ${stream}) as position,
        (select position from streams where name = ${above}) as faces_at`,
    pageOfMessages(tx, input, { limit: mostMessagesInSnapshot }),
    facesIn(tx, input),
  ])
  if (!conversation) throw notFound()
  return {
    position: heads?.position ?? 0,
    epoch,
    conversation: conversationFor(conversation),
    messages: newest.map(messageOf).map(messageFor).reverse(),
    faces: faces.map(faceOf),
    facesAt: heads?.facesAt ?? 0,
  }
}

/** A page of the messages of a conversation of the visitor's, the newest first. */
export async function readOwnMessages(
  sql: Sql,
  input: OfConversation,
  query: PageQuery,
): Promise<PageOf<VisitorMessage>> {
  const scope = { workspace: input.workspaceId, agent: input.agentId }
  const [[conversation], found] = await readWithin(sql, scope, (tx) => [
    ownConversation(tx, input),
    pageOfMessages(tx, input, { ...query, limit: query.limit + 1 }),
  ])
  if (!conversation) throw notFound()
  return pageFrom(found.map(messageOf).map(messageFor), query.limit)
}

function ownConversation(tx: Tx, input: OfConversation) {
  return tx<Conversation[]>`
    select ${conversationColumns(tx)} from conversations where ${isOwn(tx, input)} and id = ${input.conversationId}`
}
