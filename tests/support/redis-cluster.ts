import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from 'redis'
import { afterAll, beforeAll } from 'vitest'
import { until } from '../faults/processes.ts'
import { freePort } from './ports.ts'
import { spawnRedis } from './redis-server.ts'

export type RedisCluster = {
  /** Addresses of all masters, separated by commas. */
  urls: string
  /** The master that serves this channel: its number. */
  masterOf: (channel: string) => Promise<number>
  kill: (master: number) => Promise<void>
  /** Starts it anew at the same address, empty, and waits until the cluster is whole. */
  start: (master: number) => Promise<void>
  /** The streams' channels that somebody is subscribed to, over all masters. */
  channels: () => Promise<string[]>
}

const slots = [[0, 5_460], [5_461, 10_922], [10_923, 16_383]] as const // prettier-ignore

/** A real Redis Cluster of three masters, of the test file's own, on this machine alone. */
export function useRedisCluster(): () => RedisCluster {
  let cluster: (RedisCluster & { end: () => Promise<void> }) | undefined
  beforeAll(async () => {
    cluster = await createCluster()
  })
  afterAll(() => cluster?.end())
  return () => {
    if (!cluster) throw new Error('The cluster starts before the first test.')
    return cluster
  }
}

async function createCluster(): Promise<RedisCluster & { end: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-cluster-'))
  const masters: { port: number; bus: number; child: ChildProcess | null }[] = []
  for (const _ of slots) masters.push({ port: await freePort(), bus: await freePort(), child: null })
  await Promise.all(masters.map((_, n) => run(n)))
  for (const [n, [from, to]] of slots.entries()) await ask(n, 'CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
  for (const [n, { port, bus }] of masters.entries()) {
    await ask(n, 'CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1))
    if (n > 0) await ask(0, 'CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus))
  }
  await whole()

  async function run(n: number): Promise<void> {
    const master = masters[n]
    if (!master) throw new Error(`There is no master ${n}`)
    const words = ['--cluster-enabled', 'yes', '--cluster-config-file', path.join(folder, `nodes-${n}.conf`)]
    words.push('--cluster-port', String(master.bus), '--cluster-node-timeout', '2000')
    const child = spawnRedis(master.port, { words })
    master.child = child
    for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
      if (line.includes('Ready to accept connections')) break
    }
    child.stdout?.resume()
  }

  async function ask(n: number, ...words: string[]): Promise<unknown> {
    const options = { url: `redis://127.0.0.1:${masters[n]?.port}`, socket: { reconnectStrategy: false as const } }
    const client = createClient(options).on('error', () => undefined)
    await client.connect()
    return client.sendCommand(words).finally(() => client.destroy())
  }

  /** Every master says that all slots are served, and knows all the others. */
  async function whole(): Promise<void> {
    const states = () => Promise.all(masters.map(async (_, n) => String(await ask(n, 'CLUSTER', 'INFO'))))
    const isWhole = (state: string) => state.includes('cluster_state:ok') && state.includes('cluster_known_nodes:3')
    await until(async () => (await states()).every(isWhole))
  }

  async function kill(n: number): Promise<void> {
    const child = masters[n]?.child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  return {
    urls: masters.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    async masterOf(channel) {
      const slot = Number(await ask(0, 'CLUSTER', 'KEYSLOT', channel))
      return slots.findIndex(([from, to]) => from <= slot && slot <= to)
    },
    kill,
    async start(n) {
      await run(n)
      await whole()
    },
    async channels() {
      const each = masters.map((_, n) => ask(n, 'PUBSUB', 'SHARDCHANNELS').catch(() => []))
      return (await Promise.all(each)).flat() as string[]
    },
    async end() {
      for (const n of masters.keys()) await kill(n)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
