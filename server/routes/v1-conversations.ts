import {
  changeConversationBody,
  conversationAnswer,
  conversationSchema,
  conversationsAnswer,
  conversationsQuery,
  createConversationBody,
  messageSchema,
  messagesAnswer,
  messagesQuery,
  writeMessageByKeyBody,
} from '#shared/protocol/agents/conversations.ts'
import { conversationOfKeyParams } from '#shared/protocol/params.ts'
import { runCommand } from '../core/run-command.ts'
import { changeConversation } from '../helpdesk/commands/change-conversation.ts'
import { createConversation } from '../helpdesk/commands/create-conversation.ts'
import { writeMessage } from '../helpdesk/commands/write-message.ts'
import { readConversation, readConversations, readMessages } from '../helpdesk/queries/conversations.ts'
import { serveByKey } from './by-key.ts'
import type { Services } from './env.ts'
import { answerWrite, idempotencyOf, type Router } from './router.ts'

const all = '/api/v1/conversations'
const one = `${all}/{conversationId}` as const
const messages = `${one}/messages` as const
const reads = { scope: 'conversations:read' } as const
const writes = { scope: 'conversations:write' } as const

export function conversationRoutesByKey(router: Router, services: Services): void {
  listRoutes(router, services)
  oneRoutes(router, services)
  messageRoutes(router, services)
}

function listRoutes(router: Router, { core }: Services): void {
  serveByKey(
    router,
    'get',
    all,
    { ...reads, summary: 'Conversations, the newest first', query: conversationsQuery, answer: conversationsAnswer },
    async ({ c, key, query }) => c.json(await readConversations(core.sql, key, query)),
  )

  serveByKey(
    router,
    'post',
    all,
    {
      ...writes,
      summary: 'Begin a conversation, with a contact’s first message if there is one',
      body: createConversationBody,
      answer: conversationSchema,
      status: 201,
    },
    async ({ c, key, body }) => {
      const input = { ...key, conversation: body }
      const outcome = await runCommand(core, createConversation, input, idempotencyOf(c, key.apiKeyId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )
}

function oneRoutes(router: Router, { core, epoch }: Services): void {
  serveByKey(
    router,
    'get',
    one,
    {
      ...reads,
      summary: 'A conversation with its newest messages',
      params: conversationOfKeyParams,
      answer: conversationAnswer,
    },
    async ({ c, key, params }) => c.json(await readConversation(core.sql, epoch, { ...key, ...params })),
  )

  serveByKey(
    router,
    'patch',
    one,
    {
      ...writes,
      summary: 'Change a conversation’s state, or give it back to the Assistant',
      params: conversationOfKeyParams,
      body: changeConversationBody,
      answer: conversationSchema,
    },
    async ({ c, key, params, body }) => {
      const outcome = await runCommand(core, changeConversation, { ...key, ...params, change: body })
      return answerWrite(c, outcome, outcome.result)
    },
  )
}

function messageRoutes(router: Router, { core }: Services): void {
  serveByKey(
    router,
    'get',
    messages,
    {
      ...reads,
      summary: 'The messages of a conversation, the newest first',
      params: conversationOfKeyParams,
      query: messagesQuery,
      answer: messagesAnswer,
    },
    async ({ c, key, params, query }) => c.json(await readMessages(core.sql, { ...key, ...params }, query)),
  )

  serveByKey(
    router,
    'post',
    messages,
    {
      ...writes,
      summary: 'Write into a conversation, for its contact or as the Assistant',
      params: conversationOfKeyParams,
      body: writeMessageByKeyBody,
      answer: messageSchema,
      status: 201,
    },
    async ({ c, key, params, body }) => {
      const input = { ...key, ...params, ...body }
      const outcome = await runCommand(core, writeMessage, input, idempotencyOf(c, key.apiKeyId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )
}
