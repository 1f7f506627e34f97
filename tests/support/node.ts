import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, inject } from 'vitest'
import type { Config } from '#server/config.ts'
import { Sql } from '#server/db/sql.ts'
import { startNode, type RunningNode } from '#server/node.ts'
import type { OutboundExceptions } from '#server/outbound/request.ts'
import { databaseUrl, template } from './global-setup.ts'
import { startMailPeer, type MailPeer } from './mail.ts'

export type TestNode = RunningNode & {
  mail: MailPeer
  databaseUrl: string
  /** The database as its owner, past row-level security: for arranging and for looking at what nobody may see. */
  owner: postgres.Sql
}

/**
 * A node of the test file's own: its own database, real HTTP and sockets, and a real SMTP peer for its emails.
 * `limitFactor` widens its rate limits: 1 leaves them as they are. `options`: whom of this machine it may call.
 */
export function useNode(
  overrides: Partial<Config> | ((databaseUrl: string) => Promise<Partial<Config>>) = {},
  limitFactor = 1000,
  options: NodeOptions = {},
): () => TestNode {
  let node: TestNode | undefined
  let end: (() => Promise<void>) | undefined
  beforeAll(async () => {
    ;({ node, end } = await startTestNode(overrides, limitFactor, options))
  })
  afterAll(() => end?.())
  return () => {
    if (!node) throw new Error('The node starts before the first test.')
    return node
  }
}

type NodeOptions = { outbound?: OutboundExceptions }

type TwoNodes = {
  limitFactor?: number
  /** More settings of `b`, which may depend on the database's address. */
  ofB?: (databaseUrl: string) => Promise<Partial<Config>>
}

/** Two nodes, `a` and `b`, on one database, one Redis and one SMTP peer, since either sends what the other enqueued. */
export function useTwoNodes(redisUrl: () => string, options: TwoNodes = {}): () => { a: TestNode; b: TestNode } {
  let nodes: { a: TestNode; b: TestNode } | undefined
  const ends: (() => Promise<void>)[] = []
  beforeAll(async () => {
    const peers = await startPeers()
    ends.push(peers.end)
    const { limitFactor = 1000, ofB } = options
    const start = async (more: Partial<Config> = {}) => {
      const { node, end } = await startOn(peers, { redisUrl: redisUrl(), ...more }, { limitFactor })
      ends.unshift(end)
      return node
    }
    nodes = { a: await start(), b: await start(await ofB?.(peers.database.url)) }
  })
  afterAll(async () => {
    for (const end of ends) await end()
  })
  return () => {
    if (!nodes) throw new Error('The nodes start before the first test.')
    return nodes
  }
}

/** The core's own footing without a node around it: a database of the test file's own, and nobody who works in it. */
export function useDatabase(): () => TestDatabase & { sql: Sql } {
  let database: (TestDatabase & { sql: Sql }) | undefined
  beforeAll(async () => {
    const made = await createDatabase()
    database = { ...made, sql: new Sql(made.url, { patienceFactor: 5, strict: true }) }
  })
  afterAll(async () => {
    await database?.sql.end()
    await database?.end()
  })
  return () => {
    if (!database) throw new Error('The database is made before the first test.')
    return database
  }
}

/** Another node on the database and the SMTP peer of `node`, or one that comes after it. */
export async function startOnSameDatabase(
  { databaseUrl: url, owner, mail }: TestNode,
  overrides: Partial<Config>,
  options: NodeOptions = {},
): Promise<Started> {
  const end = async () => undefined
  return startOn({ database: { url, owner, end }, mail, end }, overrides, { limitFactor: 1000, ...options })
}

async function startTestNode(
  overrides: Parameters<typeof useNode>[0] = {},
  limitFactor: number,
  options: NodeOptions,
): Promise<Started> {
  const peers = await startPeers()
  const settings = typeof overrides === 'function' ? await overrides(peers.database.url) : overrides
  const { node, end } = await startOn(peers, settings, { limitFactor, ...options })
  return {
    node,
    async end() {
      await end()
      await peers.end()
    },
  }
}

type Started = { node: TestNode; end: () => Promise<void> }
type Peers = { database: TestDatabase; mail: MailPeer; end: () => Promise<void> }

async function startPeers(): Promise<Peers> {
  const database = await createDatabase()
  const mail = await startMailPeer()
  return {
    database,
    mail,
    async end() {
      await mail.stop()
      await database.end()
    },
  }
}

async function startOn(
  { database, mail }: Peers,
  overrides: Partial<Config>,
  options: NodeOptions & { limitFactor: number },
): Promise<Started> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'rollcall-node-'))
  const running = await startNode(
    { ...defaults, databaseUrl: database.url, smtpUrl: mail.url, dataDir, ...overrides },
    // deadlines have tests of their own; the rest share a busy machine
    { patienceFactor: 5, strict: true, ...options },
  )
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.stop())
  return {
    node: { ...running, stop, mail, owner: database.owner, databaseUrl: database.url },
    async end() {
      await stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

type TestDatabase = { url: string; owner: postgres.Sql; end: () => Promise<void> }

async function createDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl')
  const name = `rollcall_${randomUUID().replaceAll('-', '')}`
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  await admin`create database ${admin(name)} template ${admin(template)}`
  const url = databaseUrl(adminUrl, name)
  const owner = postgres(url, { max: 2, onnotice: () => undefined, transform: { column: { from: postgres.toCamel } } })
  return {
    url,
    owner,
    async end() {
      await owner.end()
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}

const defaults: Config = {
  port: 0,
  host: '127.0.0.1',
  publicUrl: '',
  databaseUrl: undefined,
  redisUrl: undefined,
  smtpUrl: undefined,
  mailFrom: 'Rollcall <rollcall@localhost>',
  stripe: null,
  openai: null,
  metricsPort: undefined,
  dataDir: '',
  trustedProxies: [],
  secretKey: 'a key that only tests use, 32 letters',
  previousSecretKeys: [],
  logLevel: 'error',
  clientDir: 'dist/client',
}
