import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ends } from '#server/ends.ts'
import { createNode, type ClusterNode } from './cluster-node.ts'
import { startFaultyMail, type FaultyMail } from './faulty-mail.ts'
import { startKillablePostgres, type KillablePostgres } from './killable-postgres.ts'
import { startKillableRedis, type KillableRedis } from '../support/killable-redis.ts'

export type { ClusterNode }

export type Topology = {
  postgres: Omit<KillablePostgres, 'stop'>
  redis: KillableRedis
  mail: FaultyMail
  nodes: ClusterNode[]
  /** PUBLIC_URL of all nodes: the `Origin` that a page of theirs has. */
  origin: string
  /** The `Host` that each of them answers for. */
  host: string
  /** Leaves no process and no folder. */
  stop: () => Promise<void>
}

type Options = {
  nodes?: number
  /** The built server. */
  program?: string
  /** Settings of every node, in every life. */
  env?: Record<string, string>
  /** false: PostgreSQL is faster, and loses what it has committed when it is killed. */
  durable?: boolean
  /** How long the start of a node may take, in milliseconds. */
  patience?: number
}

/** Real processes: nodes on one PostgreSQL, one Redis and one SMTP server, each way between them through a fault proxy. */
export async function startTopology(options: Options = {}): Promise<Topology> {
  const ends = new Ends()
  try {
    return await start(options, ends)
  } catch (error) {
    await ends.run()
    throw error
  }
}

async function start(options: Options, ends: Ends): Promise<Topology> {
  const { nodes: count = 2, program = 'dist/server/main.js', durable = true, patience = 30_000 } = options
  const folder = await mkdtemp(path.join(tmpdir(), `rollcall-faults-${process.pid}-`))
  ends.add(() => rm(folder, { recursive: true, force: true, maxRetries: 20 }))
  const postgres = await startKillablePostgres(folder, durable)
  ends.add(postgres.stop)
  const redis = await startKillableRedis()
  ends.add(redis.kill)
  const mail = await startFaultyMail()
  ends.add(mail.stop)

  const nodes: ClusterNode[] = []
  const peers = { databaseUrl: postgres.url, redisUrl: redis.url, smtpUrl: mail.url }
  // the first node's address is everybody's: clients of the others say that they are behind a load balancer
  const origin = () => nodes[0]?.url ?? ''
  const env = () => ({ PUBLIC_URL: origin(), DATA_DIR: folder, ...options.env })
  for (const name of 'abcdefgh'.slice(0, count)) {
    const { node, close } = await createNode({ name, program: path.resolve(program), patience, env, ...peers })
    ends.add(close)
    nodes.push(node)
  }
  for (const node of nodes) await node.start()
  return { postgres, redis, mail, nodes, origin: origin(), host: new URL(origin()).host, stop: () => ends.run() }
}
