import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { newCaller, type Caller } from '../support/caller.ts'
import { figureOf } from '../support/figures.ts'
import { childWith } from '../support/child.ts'
import { useTopology } from '../support/topology.ts'

/** What a process holds after its garbage is collected: bytes of heap, and counts. */
type Held = { heap: number; timers: number; resources: number; listeners: number; files: number; channels: number }

const soon = { timeout: 60_000, interval: 50 }
const minutes = Number(process.env['SOAK_MINUTES'] ?? 0.25)
const sockets = 18
let topology: Topology
let node: ClusterNode
let ada: Caller

const misfortunes = { NODE_OPTIONS: `--import=${path.resolve('tests/support/misfortunes.mjs')}`, MISFORTUNE: 'counts' }
useTopology({ nodes: 1, durable: false, env: misfortunes }, async (started) => {
  topology = started
  node = topology.nodes[0] as ClusterNode
  ada = await newCaller(topology, node)
})

test(
  '171 I17 people who come and go, ask and hear: what the process holds is in the end what it held before',
  { timeout: minutes * 60_000 + 240_000 },
  async () => {
    for (let round = 0; round < 6; round += 1) await comeAndGo()
    const before = await held()
    const until = performance.now() + minutes * 60_000
    let rounds = 0
    for (; performance.now() < until || rounds < 5; rounds += 1) await comeAndGo()
    const after = await held()
    const told = `${rounds} rounds: ${JSON.stringify({ before, after })}`
    expect(after.channels, told).toBe(before.channels)
    expect(after.listeners, told).toBe(before.listeners)
    // connections of pools come and go, too
    expect(after.files, told).toBeLessThanOrEqual(before.files + 8)
    expect(after.timers, told).toBeLessThanOrEqual(before.timers + 8)
    expect(after.resources, told).toBeLessThanOrEqual(before.resources + 16)
    expect(after.heap, told).toBeLessThan(before.heap * 1.2 + 4_000_000)
  },
)

/** Some connect, watch, hear of changes and leave, some in good order and some without a word. */
async function comeAndGo(): Promise<void> {
  const lives = await Promise.all(Array.from({ length: sockets }, () => ada.live(node)))
  await Promise.all(lives.map((live) => live.watch(ada.stream)))
  const name = `Round ${randomUUID()}`
  const renamed = { method: 'PATCH', body: { name } }
  expect((await ada.call(node, `/api/workspaces/${ada.workspaceId}`, renamed)).status).toBe(200)
  await Promise.all(Array.from({ length: 10 }, () => ada.call(node, '/api/me')))
  await Promise.all(lives.map((live) => live.until(() => live.frames.length > 0)))
  for (const [n, live] of lives.entries()) {
    if (n % 2 === 0) live.close()
    else live.socket.io.engine.transport.close()
  }
  await expect.poll(() => figureOf(node, 'rollcall_sockets'), soon).toBe(0)
}

async function held(): Promise<Held> {
  const pid = childWith('MISFORTUNE=counts')
  const channels = async () => ((await topology.redis.command('PUBSUB', 'SHARDCHANNELS')) as string[]).length
  await expect.poll(channels, soon).toBe(0)
  await expect.poll(() => figureOf(node, 'rollcall_streams'), soon).toBe(0)
  const said = node.complaints.length
  process.kill(pid, 'SIGUSR2')
  await expect.poll(() => node.complaints.length, soon).toBe(said + 1)
  const counts = JSON.parse(node.complaints[said] ?? '') as Omit<Held, 'files' | 'channels'>
  return { ...counts, files: readdirSync(`/proc/${pid}/fd`).length, channels: await channels() }
}
