import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, inject } from 'vitest'
import type { Config } from '#server/config.ts'
import { connect, type Sql } from '#server/db/connect.ts'
import { startNode, type RunningNode } from '#server/node.ts'
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
 * `limitFactor` widens its rate limits: 1 leaves them as they are.
 */
export function useNode(overrides: Partial<Config> = {}, limitFactor = 1000): () => TestNode {
  let node: TestNode | undefined
  let end: (() => Promise<void>) | undefined
  beforeAll(async () => {
    ;({ node, end } = await startTestNode(overrides, limitFactor))
  })
  afterAll(() => end?.())
  return () => {
    if (!node) throw new Error('The node starts before the first test.')
    return node
  }
}

/** Two nodes on one database and, where its address is given, one Redis: `a` and `b`. */
export function useTwoNodes(redisUrl: () => string | undefined): () => { a: TestNode; b: TestNode } {
  let nodes: { a: TestNode; b: TestNode } | undefined
  const ends: (() => Promise<void>)[] = []
  beforeAll(async () => {
    const first = await startTestNode({ redisUrl: redisUrl() }, 1000)
    const { databaseUrl, mail, owner } = first.node
    // whichever node takes the job sends the email, so both send to one peer
    const second = await startTestNode({ redisUrl: redisUrl(), databaseUrl, smtpUrl: mail.url }, 1000)
    ends.push(second.end, first.end)
    nodes = { a: first.node, b: { ...second.node, databaseUrl, mail, owner } }
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
    database = { ...made, sql: connect(made.url) }
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

async function startTestNode(
  overrides: Partial<Config>,
  limitFactor: number,
): Promise<{ node: TestNode; end: () => Promise<void> }> {
  const database = await createDatabase()
  const mail = await startMailPeer()
  const dataDir = await mkdtemp(path.join(tmpdir(), 'rollcall-node-'))
  const running = await startNode(
    { ...defaults, databaseUrl: database.url, smtpUrl: mail.url, dataDir, ...overrides },
    { limitFactor },
  )
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.stop())
  return {
    node: { ...running, stop, mail, owner: database.owner, databaseUrl: database.url },
    async end() {
      await stop()
      await mail.stop()
      await database.end()
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
  billing: 'manual',
  metricsPort: undefined,
  dataDir: '',
  trustedProxies: [],
  secretKey: 'a key that only tests use, 32 letters',
  logLevel: 'error',
  clientDir: 'dist/client',
}
