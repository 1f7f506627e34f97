import { randomBytes, randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { streamOf } from '#shared/protocol/streams.ts'
import { openPageReader, type PageReader } from './agents/pages/reader.ts'
import { AuditLog } from './audit/audit-log.ts'
import { addressReader } from './auth/address.ts'
import { isLocal, ownNames } from './auth/origin.ts'
import { openSessions } from './auth/sessions.ts'
import { openStripe, type StripeApi } from './billing/stripe-api.ts'
import type { Config } from './config.ts'
import { readEpoch } from './core/epoch.ts'
import { runCommand, type Core } from './core/run-command.ts'
import { stormPace } from './db/batched.ts'
import { migrate } from './db/migrate.ts'
import { requireUnprivileged, Sql } from './db/sql.ts'
import { startPostgres } from './embedded/postgres.ts'
import { Ends } from './ends.ts'
import { followUp } from './follow-up.ts'
import { openCaps } from './gateway/caps.ts'
import { openGateway, type Gateway } from './gateway/gateway.ts'
import { answerVisitor } from './jobs/answer-visitor.ts'
import { startCleaning } from './jobs/clean-up.ts'
import { deliverWebhook } from './jobs/deliver-webhook.ts'
import { endBilling } from './jobs/end-billing.ts'
import { fetchResource } from './jobs/fetch-resource.ts'
import { planReconciliation, reconcileBilling } from './jobs/reconcile-billing.ts'
import { sendEmail } from './jobs/send-email.ts'
import { sendResetLinkTo } from './jobs/send-reset-link.ts'
import { syncBilling } from './jobs/sync-billing.ts'
import { tellIntegration } from './jobs/tell-integration.ts'
import { startWorker, type Handlers, type Worker } from './jobs/worker.ts'
import { createLog, type Log } from './log.ts'
import { mailboxMail, smtpMail, type SendMail } from './mail/send.ts'
import { expireInvitations } from './membership/commands/expire-invitations.ts'
import type { Answerer } from './messenger/assistant/answerer.ts'
import { openaiAnswerer } from './messenger/assistant/openai-answerer.ts'
import { searchAnswerer } from './messenger/assistant/search-answerer.ts'
import { createMetrics, serveMetrics, type Metrics } from './metrics.ts'
import { connectRedis, type Redis } from './redis/connect.ts'
import { openOutbound, type Outbound, type OutboundExceptions } from './outbound/request.ts'
import { inProcessFeed } from './relay/feed.ts'
import { redisFeed } from './relay/redis-feed.ts'
import { createApp } from './routes/app.ts'
import { createLimits } from './routes/limits.ts'
import { createSeal, type Seal } from './secrets/seal.ts'

export type RunningNode = { url: string; port: number; sql: Sql; stop: () => Promise<void> }

/** What only tests and benchmarks set: wider rate limits and deadlines, and a guard against a programming error. */
type Options = { limitFactor?: number; patienceFactor?: number; strict?: boolean; outbound?: OutboundExceptions }

/** How long one of several nodes takes to send its clients over to the others, in milliseconds. */
const spread = 4_000
/** How long requests may go on once a node was told to end, in milliseconds. */
const mostForRequests = 8_000

/** Config → connections → application → listening. `stop` undoes it in reverse: nothing committed is lost either way. */
export async function startNode(config: Config, options: Options = {}): Promise<RunningNode> {
  requireMail(config)
  requireFolder(config)
  const ends = new Ends()
  try {
    return await start(config, options, ends)
  } catch (error) {
    // what began before it failed ends in good order: nothing is left behind, and nothing complains
    await ends.run().catch(() => undefined)
    throw error
  }
}

async function start(config: Config, options: Options, ends: Ends): Promise<RunningNode> {
  const log = createLog(config.logLevel)
  const metrics = createMetrics()
  ends.add(await serveMetrics(config.metricsPort, metrics, log))
  const databaseUrl = config.databaseUrl ?? (await startEmbedded(config, ends))
  await migrate(databaseUrl).catch((error: unknown) => {
    throw config.databaseUrl ? unreachable(error) : error
  })
  const { sql, liveSql, healthSql } = openPools(databaseUrl, metrics, options)
  ends.add(() => Promise.all([sql, liveSql, healthSql].map((pool) => pool.end({ timeout: 1 }))))
  await requireUnprivileged(sql)
  const redis = config.redisUrl ? connectRedis(config.redisUrl, log) : null
  if (redis) ends.add(redis.close)
  const feed = redis ? redisFeed(redis, log) : inProcessFeed()
  const core: Core = { sql, follow: followUp, publish: (appended) => feed.publish(appended) }
  const seal = createSeal(secretOf(config), config.previousSecretKeys)
  const outbound = openOutbound(options.outbound)
  ends.add(outbound.close)
  const mail = config.smtpUrl ? smtpMail(config.smtpUrl, config.mailFrom) : mailboxMail(sql)
  ends.add(() => mail.close())
  const stripe = config.stripe ? await openStripe(config.stripe, { log, metrics }) : null
  if (stripe) await planReconciliation(sql)
  const epoch = await readEpoch(sql)
  const shared = redis && { client: redis.counter, fellBack: () => metrics.limiterFallbacks.inc() }
  const audit = new AuditLog({ sql, log, metrics })
  ends.add(() => audit.close())
  const limits = createLimits(options.limitFactor, shared ?? undefined)
  const node = randomUUID()
  // the only node has nowhere to send its clients, so it does not keep them waiting
  const moving = redis ? spread : 0
  let starting = true
  let draining = false
  let gateway: Gateway | null = null

  const { server, port } = await listen(config, (publicUrl) => {
    const app = createApp(
      {
        core, sessions: openSessions(sql, publicUrl), log, epoch, publicUrl, seal, outbound, send: mail.send, limits, audit,
        online: { node, here: (workspaceId) => gateway?.rooms.usersIn(streamOf('workspace', workspaceId)) ?? new Set() },
        trustedProxies: config.trustedProxies, stripe,
      },
      {
        clientDir: builtClient(config), mailbox: !config.smtpUrl, metrics,
        health: {
          sql: healthSql, starting: () => starting, draining: () => draining,
          redis: () => (redis ? (redis.isReady() ? 'up' : 'down') : 'not configured'),
        },
      },
    ) // prettier-ignore
    return app
  })
  ends.add(() => closeServer(server, mostForRequests))
  const publicUrl = publicUrlOf(config, port)
  const { origins } = ownNames(publicUrl)
  const live = openGateway(server, {
    sql: liveSql,
    feed,
    log,
    metrics,
    epoch,
    node,
    addressOf: addressReader(config.trustedProxies),
    caps: openCaps(options.limitFactor),
    sessions: openSessions(liveSql, publicUrl, stormPace),
    draining: () => draining,
    isOwnOrigin: (origin) => origin !== undefined && origins.has(origin),
  })
  gateway = live
  // together: neither ends while the other still has connections
  ends.add(() => Promise.all([live.close(), closeServer(server, mostForRequests - moving)]))
  const reader = openPageReader()
  ends.add(reader.close)
  const parts = { core, outbound, seal, reader, stripe, send: mail.send, publicUrl, log, metrics }
  const answerer = config.openai ? openaiAnswerer(config.openai, { sql, log, metrics }) : searchAnswerer(sql)
  const worker = await startWorker(databaseUrl, handlersOf({ ...parts, answerer }), { log, metrics })
  ends.add(startCleaning(core, seal, log))
  showGauges(metrics, { gateway, sql, worker, redis })
  ends.add(() => Promise.all([worker.stop(), live.moveOver(moving)]))
  starting = false

  return {
    url: publicUrl,
    port,
    sql,
    stop() {
      draining = true
      return ends.run()
    },
  }
}

async function startEmbedded({ dataDir }: Config, ends: Ends): Promise<string> {
  const embedded = await startPostgres({ dataDir })
  ends.add(embedded.stop)
  return embedded.url
}

/** A pool for requests, one for the live side, so that neither starves the other, and one that only looks. */
function openPools(url: string, metrics: Metrics, { patienceFactor, strict }: Options) {
  const more = { ...(patienceFactor && { patienceFactor }), ...(strict && { strict }) }
  const watcher = {
    waited: (seconds: number) => metrics.poolWait.observe(seconds),
    late: () => metrics.poolLate.inc(),
    shed: () => metrics.poolShed.inc(),
  }
  return {
    sql: new Sql(url, { watcher, ...more }),
    liveSql: new Sql(url, { watcher, max: 4, name: 'rollcall-live', ...more }),
    healthSql: new Sql(url, { max: 1, name: 'rollcall-health', ...more }),
  }
}

type Shown = { gateway: Gateway; sql: Sql; worker: Worker; redis: Redis | null }

function showGauges({ gauge }: Metrics, { gateway, sql, worker, redis }: Shown): void {
  gauge('rollcall_sockets', 'Connected sockets', () => gateway.rooms.counts().sockets)
  gauge('rollcall_visitor_sockets', 'Connected sockets of visitors', () => gateway.rooms.counts().visitors)
  gauge('rollcall_streams', 'Streams that sockets of this node watch', () => gateway.rooms.counts().streams)
  gauge('rollcall_pool_busy', 'Work that holds a database connection or waits for one', () => sql.busy)
  const backlog = () => worker.backlog().catch(() => null)
  gauge('rollcall_jobs_waiting', 'Jobs that could run now', async () => (await backlog())?.waiting ?? null)
  gauge(
    'rollcall_job_lag_seconds',
    'How long the oldest of them has waited',
    async () => (await backlog())?.lag ?? null,
  )
  if (redis) gauge('rollcall_redis_up', 'Whether Redis is there', () => (redis.isReady() ? 1 : 0))
}

type Working = {
  core: Core
  answerer: Answerer
  outbound: Outbound
  seal: Seal
  reader: PageReader
  stripe: StripeApi | null
  send: SendMail
  publicUrl: string
  log: Log
  metrics: Metrics
}

function handlersOf(parts: Working): Handlers {
  return {
    'send-email': sendEmail(parts),
    'send-reset-link': sendResetLinkTo(parts),
    'expire-invitations': async (job) => void (await runCommand(parts.core, expireInvitations, job)),
    'deliver-webhook': deliverWebhook(parts),
    'tell-integration': tellIntegration(parts),
    'fetch-resource': fetchResource(parts),
    'answer-visitor': answerVisitor(parts),
    'sync-billing': syncBilling(parts),
    'reconcile-billing': reconcileBilling(parts.core),
    'end-billing': endBilling(parts),
  }
}

type App = ReturnType<typeof createApp>

/** Opens the port first where it is 0, since links need to know it. */
function listen(config: Config, create: (publicUrl: string) => App): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    let app: App | null = null
    const server = serve(
      {
        fetch: (request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }),
        port: config.port,
        hostname: config.host,
        // whoever sends a byte now and then holds a connection this long and no longer; Node looks every 30 s otherwise
        serverOptions: {
          headersTimeout: 10_000,
          requestTimeout: 30_000,
          // longer than proxies keep a connection that nothing comes by: theirs is the end that closes it, between requests
          keepAliveTimeout: 65_000,
          connectionsCheckingInterval: 2_000,
          maxHeaderSize: 16_384,
        },
      },
      ({ port }) => {
        try {
          app = create(publicUrlOf(config, port))
          resolve({ server, port })
        } catch (error) {
          server.close()
          reject(error as Error)
        }
      },
    ) as Server
    server.on('error', (error: NodeJS.ErrnoException) => {
      reject(listeningError(error, config))
    })
  })
}

function listeningError(error: NodeJS.ErrnoException, { port, host }: Config): Error {
  if (error.code === 'EADDRINUSE') return new Error(`The setting PORT is wrong: ${port} is in use.`)
  if (error.code === 'EACCES') return new Error(`The setting PORT is wrong: ${port} is not ours to open.`)
  if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'ENOTFOUND') return error
  return new Error(`The setting HOST is wrong: ${host} is no address of this machine.`)
}

/** Without SMTP emails are kept in a mailbox that whoever reaches it can read, so that is for this machine alone. */
function requireMail({ smtpUrl, publicUrl }: Config): void {
  if (!smtpUrl && publicUrl && !isLocal(publicUrl))
    throw new Error('The setting SMTP_URL is missing: PUBLIC_URL is not local, so emails must be sent.')
}

function requireFolder({ dataDir, databaseUrl, secretKey }: Config): void {
  if (databaseUrl && secretKey) return
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new Error(`The setting DATA_DIR is wrong: ${dataDir} is no folder that can be written to (${code}).`, {
      cause: error,
    })
  }
}

/** A database that cannot be had is a wrong setting; one that fails otherwise says so itself. */
function unreachable(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!/^(E[A-Z]+|CONNECT.*|28\w{3}|3D000)$/.test(code)) return error
  return new Error(`The setting DATABASE_URL is wrong: the database does not let us in (${code}).`, { cause: error })
}

function publicUrlOf(config: Config, port: number): string {
  return (config.publicUrl || `http://localhost:${port}`).replace(/\/+$/, '')
}

function builtClient(config: Config): string | undefined {
  return config.clientDir && existsSync(path.join(config.clientDir, 'index.html')) ? config.clientDir : undefined
}

/** The key that seals queued secrets: the setting, or one that is made once and kept with the data. */
function secretOf(config: Config): string {
  if (config.secretKey) return config.secretKey
  const file = path.join(config.dataDir, 'secret.key')
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

/** Requests under way finish; connections that only linger, or send too slowly, do not hold the end up. */
function closeServer(server: Server, milliseconds: number): Promise<void> {
  const lingering = setInterval(() => server.closeIdleConnections(), 100)
  const deadline = setTimeout(() => server.closeAllConnections(), milliseconds)
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(lingering)
      clearTimeout(deadline)
      resolve()
    })
  })
}
