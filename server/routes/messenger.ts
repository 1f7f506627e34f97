import type { Context } from 'hono'
import { messagesQuery } from '#shared/protocol/agents/conversations.ts'
import { pageQuery } from '#shared/protocol/page.ts'
import {
  introduceBody,
  messengerAnswer,
  messengerParams,
  visitorConversationAnswer,
  visitorConversationParams,
  visitorConversationSchema,
  visitorConversationsAnswer,
  visitorMessageSchema,
  visitorMessagesAnswer,
  visitorWriteBody,
} from '#shared/protocol/visitors.ts'
import { notFound } from '../core/errors.ts'
import { runCommand, type Outcome } from '../core/run-command.ts'
import { askForPerson } from '../messenger/commands/ask-for-person.ts'
import { beginOwnConversation } from '../messenger/commands/begin-own-conversation.ts'
import { introduceVisitor } from '../messenger/commands/introduce-visitor.ts'
import { writeAsVisitor } from '../messenger/commands/write-as-visitor.ts'
import { findMessenger } from '../messenger/queries/find.ts'
import { readOwnConversation, readOwnConversations, readOwnMessages } from '../messenger/queries/own-conversations.ts'
import { conversationFor, messageFor } from '../messenger/view.ts'
import { describeVisitors, serveVisitor, visitorsAlone } from './as-visitor.ts'
import type { Env, Services } from './env.ts'
import { answerWrite, idempotencyOf, serve, type Router } from './router.ts'

const messenger = '/api/messenger/{agentId}'
const all = `${messenger}/conversations` as const
const one = `${all}/{conversationId}` as const
const messages = `${one}/messages` as const

/** The visitors' side of an agent: what anybody may know of it, and each visitor's own conversations. */
export function messengerRoutes(router: Router, services: Services): void {
  router.use('/api/messenger/*', visitorsAlone)
  describeVisitors(router)
  configurationRoute(router, services)
  conversationRoutes(router, services)
  messageRoutes(router, services)
  visitorRoutes(router, services)
}

function configurationRoute(router: Router, { core, limits }: Services): void {
  serve(
    router,
    'get',
    messenger,
    { summary: 'How an agent’s Messenger looks', params: messengerParams, answer: messengerAnswer },
    async ({ c, params }) => {
      await limits.spend('messengersByAddress', c.get('address'))
      const found = await findMessenger(core.sql, params.agentId)
      if (!found) throw notFound()
      const { workspaceId: _, origins, ...shown } = found
      shareWith(c, origins)
      return c.json(shown)
    },
  )
}

/** Pages of the sites that may show it read this from there. */
function shareWith(c: Context<Env>, origins: readonly string[]): void {
  const origin = c.req.header('origin')
  c.header('Vary', 'Origin', { append: true })
  if (origin === undefined || !origins.includes(origin)) return
  c.header('Access-Control-Allow-Origin', origin)
}

function conversationRoutes(router: Router, services: Services): void {
  const { core, epoch } = services
  serveVisitor(
    router,
    services,
    'get',
    all,
    {
      summary: 'The visitor’s conversations, the newest first',
      params: messengerParams,
      query: pageQuery,
      answer: visitorConversationsAnswer,
    },
    async ({ c, visitor, query }) => c.json(await readOwnConversations(core.sql, visitor, query)),
  )

  serveVisitor(
    router,
    services,
    'post',
    all,
    {
      summary: 'Begin a conversation; whoever has begun none before becomes a visitor by it',
      params: messengerParams,
      body: visitorWriteBody,
      answer: visitorConversationSchema,
      status: 201,
    },
    async ({ c, visitor, body }) => {
      const address = c.get('address')
      await services.limits.spend('conversationsByAddress', `${visitor.agentId} ${address}`)
      const input = { ...visitor, ...body, from: services.seal.digest(address) }
      const outcome = await runCommand(core, beginOwnConversation, input, onceOf(c, visitor, body))
      return answerVisitor(c, outcome, conversationFor(outcome.result), 201)
    },
  )

  serveVisitor(
    router,
    services,
    'get',
    one,
    {
      summary: 'A conversation of the visitor’s with its newest messages: the snapshot of its stream',
      params: visitorConversationParams,
      answer: visitorConversationAnswer,
    },
    async ({ c, visitor, params }) => c.json(await readOwnConversation(core.sql, epoch, { ...params, ...visitor })),
  )
}

function messageRoutes(router: Router, services: Services): void {
  const { core } = services
  serveVisitor(
    router,
    services,
    'get',
    messages,
    {
      summary: 'The messages of a conversation of the visitor’s, the newest first',
      params: visitorConversationParams,
      query: messagesQuery,
      answer: visitorMessagesAnswer,
    },
    async ({ c, visitor, params, query }) => c.json(await readOwnMessages(core.sql, { ...params, ...visitor }, query)),
  )

  serveVisitor(
    router,
    services,
    'post',
    messages,
    {
      summary: 'Write on in a conversation',
      params: visitorConversationParams,
      body: visitorWriteBody,
      answer: visitorMessageSchema,
      status: 201,
    },
    async ({ c, visitor, params, body }) => {
      const input = { ...params, ...visitor, ...body }
      const outcome = await runCommand(core, writeAsVisitor, input, onceOf(c, visitor, body))
      return answerVisitor(c, outcome, messageFor(outcome.result), 201)
    },
  )
}

function visitorRoutes(router: Router, services: Services): void {
  const { core } = services
  serveVisitor(
    router,
    services,
    'post',
    `${one}/person`,
    {
      summary: 'Ask for a person in place of the Assistant',
      params: visitorConversationParams,
      answer: visitorConversationSchema,
    },
    async ({ c, visitor, params }) => {
      const outcome = await runCommand(core, askForPerson, { ...params, ...visitor })
      return answerVisitor(c, outcome, conversationFor(outcome.result))
    },
  )

  serveVisitor(
    router,
    services,
    'put',
    `${messenger}/visitor`,
    { summary: 'Say who one is, once', params: messengerParams, body: introduceBody },
    async ({ c, visitor, body }) => {
      const outcome = await runCommand(core, introduceVisitor, { ...visitor, introduction: body })
      return answerVisitor(c, outcome)
    },
  )
}

type Asking = { agentId: string; tokenHash: Buffer }

function onceOf(c: Context<Env>, { tokenHash }: Asking, body: unknown) {
  return idempotencyOf(c, tokenHash.toString('hex'), body)
}

/** As `answerWrite`, with where it can be seen in the streams that a visitor can watch, and in no other. */
function answerVisitor(c: Context<Env>, outcome: Outcome<unknown>, body?: unknown, status?: 200 | 201): Response {
  const positions = outcome.positions.split(', ').filter((one) => one.startsWith('conversation:'))
  return answerWrite(c, { ...outcome, positions: positions.join(', ') }, body, status)
}
