import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { secureHeaders } from 'hono/secure-headers'
import { mostContent, mostResourceBytes } from '#shared/protocol/agents/knowledge.ts'
import { mostAvatarBytes } from '#shared/protocol/requests.ts'
import { notFound, Refusal } from '../core/errors.ts'
import type { Metrics } from '../metrics.ts'
import { accountRoutes } from './account.ts'
import { agentRoutes } from './agents.ts'
import { audited } from './audited.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { authRoutes } from './auth.ts'
import { billingRoutes } from './billing.ts'
import { contactRoutes } from './contacts.ts'
import { conversationRoutes } from './conversations.ts'
import { emailRoutes } from './emails.ts'
import type { Env, Services } from './env.ts'
import { guard, requireJson } from './guard.ts'
import { countAnswers } from './count-answers.ts'
import { healthRoutes, type Health } from './health.ts'
import { integrationRoutes } from './integrations.ts'
import { invitationRoutes } from './invitations.ts'
import { mailboxRoutes, mailboxStyle } from './mailbox.ts'
import { memberRoutes } from './members.ts'
import { framed, messengerPages } from './messenger-pages.ts'
import { messengerRoutes } from './messenger.ts'
import { clientPages, docsPages } from './pages.ts'
import { notificationRoutes } from './notifications.ts'
import { passwordRoutes } from './passwords.ts'
import { resourceRoutes } from './resources.ts'
import { respondToError } from './respond-to-errors.ts'
import { newRouter, type Router } from './router.ts'
import { sessionRoutes } from './sessions.ts'
import { v1Routes } from './v1.ts'
import { webhookRoutes } from './webhooks.ts'
import { workspaceRoutes } from './workspaces.ts'

type Shape = {
  clientDir: string | undefined
  mailbox: boolean
  metrics: Metrics
  health: Health
}

const areas = [
  authRoutes,
  passwordRoutes,
  sessionRoutes,
  emailRoutes,
  accountRoutes,
  notificationRoutes,
  billingRoutes,
  workspaceRoutes,
  memberRoutes,
  invitationRoutes,
  agentRoutes,
  resourceRoutes,
  apiKeyRoutes,
  webhookRoutes,
  integrationRoutes,
  contactRoutes,
  conversationRoutes,
  messengerRoutes,
  v1Routes,
]

/** An event holds what it is about, of an invoice each of its lines, in bytes. */
const mostEventBytes = 512 * 1024

/** How long a body may be: by its path where it is the first to match, and everywhere else. */
const bodies = [
  {
    path: /^\/api\/workspaces\/[^/]+\/membership\/avatar$/,
    isPicture: true,
    maxSize: mostAvatarBytes,
    tooLarge: 'Use a picture of at most 5 MB.',
  },
  {
    path: /^\/api\/(v1|workspaces\/[^/]+\/agents\/[^/]+)\/resources(\/[^/]+)?$/,
    isPicture: false,
    maxSize: mostResourceBytes,
    tooLarge: `Use a text of at most ${mostContent.toLocaleString('en')} characters.`,
  },
  {
    path: /^\/api\/billing\/stripe$/,
    isPicture: false,
    maxSize: mostEventBytes,
    tooLarge: 'This is larger than an event is.',
  },
  { path: /^/, isPicture: false, maxSize: 64 * 1024, tooLarge: 'This is larger than can be sent here.' },
]

/** The whole HTTP side. The guard stands at the root, so that no spelling of a path gets around it. */
export function createApp(services: Services, shape: Shape): Router {
  const app = newRouter()
  const { sql } = services.core
  app.onError(respondToError)
  app.notFound((c) => respondToError(notFound(), c))
  app.use(countAnswers(shape.metrics))
  app.use(closingWhile(shape.health.draining))
  healthRoutes(app, shape.health)
  app.use('/api/avatars/*', sandboxed)
  app.use(framed)
  app.use(headers(services.publicUrl, shape.mailbox))
  app.use(audited(services.audit))
  app.use(guard(services))
  app.use(limitBodies)
  for (const routes of areas) routes(app, services)
  app.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Rollcall', version: '1', description: 'Live membership of multi-tenant products.' },
  })
  docsPages(app)
  if (shape.mailbox) mailboxRoutes(app, sql)
  if (shape.clientDir) {
    messengerPages(app, services, shape.clientDir)
    clientPages(app, shape.clientDir)
  }
  return app
}

/**
 * What says how long it is, is not looked at: hono's own limit would, for which the adapter makes a stream, a signal and a whole
 * Request that V8 keeps until its next full collection. Only what comes in chunks is counted as it is read.
 */
const limitBodies = createMiddleware<Env>(async (c, next) => {
  const [body] = bodies.filter(({ path }) => path.test(c.req.path))
  if (!body) return next()
  const refuse = () => {
    throw new Refusal('payload_too_large', body.tooLarge)
  }
  const go = body.isPicture ? next : async () => void (await requireJson(c, next))
  const isChunked = c.req.header('transfer-encoding') !== undefined
  if (isChunked) return bodyLimit({ maxSize: body.maxSize, onError: refuse })(c, go)
  if (Number(c.req.header('content-length') ?? 0) > body.maxSize) refuse()
  return go()
})

/** A node that is about to end asks whoever keeps a connection to it to make the next one elsewhere. */
function closingWhile(draining: () => boolean) {
  return createMiddleware(async (c, next) => {
    await next()
    if (draining()) c.header('Connection', 'close')
  })
}

/** A picture that is opened by itself runs nothing and reads nothing. Set last, in place of the policy of pages. */
const sandboxed = createMiddleware(async (c, next) => {
  await next()
  c.header('Content-Security-Policy', "default-src 'none'; sandbox")
})

function headers(publicUrl: string, mailbox: boolean) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      styleSrc: ["'self'", ...(mailbox ? [mailboxStyle] : [])],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      formAction: ["'self'"],
      connectSrc: ["'self'", publicUrl.replace(/^http/, 'ws')],
    },
    strictTransportSecurity: publicUrl.startsWith('https:') ? 'max-age=31536000; includeSubDomains' : false,
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    crossOriginOpenerPolicy: 'same-origin',
  })
}
