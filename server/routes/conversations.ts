import {
  changeConversationBody,
  conversationAnswer,
  conversationParams,
  conversationSchema,
  conversationsAnswer,
  conversationsQuery,
  createConversationBody,
  markReadBody,
  messageSchema,
  messagesAnswer,
  messagesQuery,
  writeMessageBody,
} from '#shared/protocol/agents/conversations.ts'
import { deskAnswer, deskSearchAnswer, deskSearchQuery } from '#shared/protocol/agents/desk.ts'
import { agentParams, workspaceParams } from '#shared/protocol/params.ts'
import { runCommand } from '../core/run-command.ts'
import { changeConversation } from '../helpdesk/commands/change-conversation.ts'
import { createConversation } from '../helpdesk/commands/create-conversation.ts'
import { markRead } from '../helpdesk/commands/mark-read.ts'
import { writeMessage } from '../helpdesk/commands/write-message.ts'
import { readConversation, readConversations, readMessages } from '../helpdesk/queries/conversations.ts'
import { readDesk } from '../helpdesk/queries/desk.ts'
import { searchDesk } from '../helpdesk/queries/search.ts'
import type { Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const all = '/api/workspaces/{workspaceId}/agents/{agentId}/conversations'
const one = `${all}/{conversationId}`
const messages = `${one}/messages`

export function conversationRoutes(router: Router, services: Services): void {
  deskRoutes(router, services)
  listRoutes(router, services)
  oneRoutes(router, services)
  messageRoutes(router, services)
}

function deskRoutes(router: Router, { core, epoch }: Services): void {
  serve(
    router,
    'get',
    '/api/workspaces/{workspaceId}/agents/{agentId}/desk',
    { summary: 'The conversations of an agent as the Help Desk lists them', params: agentParams, answer: deskAnswer },
    async ({ c, params }) => c.json(await readDesk(core.sql, epoch, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'get',
    '/api/workspaces/{workspaceId}/desk/search',
    {
      summary: 'Search the Help Desk: conversations by what was written, or by the contact',
      params: workspaceParams,
      query: deskSearchQuery,
      answer: deskSearchAnswer,
    },
    async ({ c, params, query }) => {
      return c.json(await searchDesk(core.sql, { userId: requireSession(c).user.id, ...params }, query))
    },
  )
}

function listRoutes(router: Router, { core }: Services): void {
  serve(
    router,
    'get',
    all,
    {
      summary: 'The conversations of an agent, the newest first',
      params: agentParams,
      query: conversationsQuery,
      answer: conversationsAnswer,
    },
    async ({ c, params, query }) => {
      return c.json(await readConversations(core.sql, { userId: requireSession(c).user.id, ...params }, query))
    },
  )

  serve(
    router,
    'post',
    all,
    {
      summary: 'Begin a conversation, with a contact’s first message if there is one',
      params: agentParams,
      body: createConversationBody,
      answer: conversationSchema,
      status: 201,
    },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      const input = { userId, ...params, conversation: body }
      const outcome = await runCommand(core, createConversation, input, idempotencyOf(c, userId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )
}

function oneRoutes(router: Router, { core, epoch }: Services): void {
  serve(
    router,
    'get',
    one,
    {
      summary: 'A conversation with its newest messages: the snapshot of its stream',
      params: conversationParams,
      answer: conversationAnswer,
    },
    async ({ c, params }) => {
      return c.json(await readConversation(core.sql, epoch, { userId: requireSession(c).user.id, ...params }))
    },
  )

  serve(
    router,
    'patch',
    one,
    {
      summary: 'Change a conversation’s state, or whose it is',
      params: conversationParams,
      body: changeConversationBody,
      answer: conversationSchema,
    },
    async ({ c, params, body }) => {
      const input = { userId: requireSession(c).user.id, ...params, change: body }
      const outcome = await runCommand(core, changeConversation, input)
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'post',
    `${one}/read`,
    { summary: 'Say how far one has read a conversation', params: conversationParams, body: markReadBody },
    async ({ c, params, body }) => {
      return answerWrite(c, await runCommand(core, markRead, { userId: requireSession(c).user.id, ...params, ...body }))
    },
  )
}

function messageRoutes(router: Router, { core }: Services): void {
  serve(
    router,
    'get',
    messages,
    {
      summary: 'The messages of a conversation, the newest first',
      params: conversationParams,
      query: messagesQuery,
      answer: messagesAnswer,
    },
    async ({ c, params, query }) => {
      return c.json(await readMessages(core.sql, { userId: requireSession(c).user.id, ...params }, query))
    },
  )

  serve(
    router,
    'post',
    messages,
    {
      summary: 'Write into a conversation, as who one is; that takes it over from the Assistant',
      params: conversationParams,
      body: writeMessageBody,
      answer: messageSchema,
      status: 201,
    },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      const outcome = await runCommand(
        core,
        writeMessage,
        { userId, ...params, ...body },
        idempotencyOf(c, userId, body),
      )
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )
}
