import { randomUUID } from 'node:crypto'
import { gather } from '../audience.ts'
import { insertHalls, insertPeople, type Hall } from '../crowd.ts'
import { drive, median, type Call } from '../load.ts'
import { print, row } from '../print.ts'
import type { BenchServer } from '../servers/child.ts'
import { origin, type Stage } from '../stage.ts'

const nodeCounts = [1, 2, 3]
const streamCounts = [10, 100, 1_000]
const [workers, changes, rounds] = [16, 30, 2]

/** Changes of names all over the streams by way of all nodes; each stream has a socket on a node that mostly is another one. */
export async function streams(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const redisUrl = await stage.redis()
  const clients = await stage.server('audience.ts')
  const halls = await insertHalls(sql, await insertPeople(sql, Math.max(...streamCounts)))
  print(`events committed and delivered, a second; busy: processor time of all nodes for each event`)
  row(
    '',
    nodeCounts.flatMap((count) => [`${count} node${count > 1 ? 's' : ''}`, 'busy']),
  )
  const nodes: BenchServer[] = []
  const figures = new Map<number, string[]>(streamCounts.map((count) => [count, []]))
  for (const count of nodeCounts) {
    while (nodes.length < count) nodes.push(await stage.rollcall(url, { redisUrl }))
    for (const streams of streamCounts) {
      const { perSecond, busy } = await throughput(clients, nodes, halls.slice(0, streams))
      figures.get(streams)?.push(perSecond.toFixed(0), `${busy.toFixed(1)} ms`)
    }
  }
  for (const [streams, columns] of figures) row(`${streams} streams, a socket on each`, columns)
}

async function throughput(clients: BenchServer, nodes: BenchServer[], places: Hall[]) {
  const seats = places.map(({ owner, workspaceId }) => {
    return { cookie: owner.cookie, origin, watch: `workspace:${workspaceId}` }
  })
  const audience = await gather(clients, { ports: nodes.map(({ port }) => port), seats, size: places.length })
  const rates: number[] = []
  const busy: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const before = await busyTime(nodes)
    await audience.mark()
    const started = performance.now()
    await drive(callsOf(nodes, places))
    await audience.heard(workers * changes)
    const seconds = (performance.now() - started) / 1000
    // the first round only warms up
    if (round === 0) continue
    rates.push((workers * changes) / seconds)
    busy.push(((await busyTime(nodes)) - before) / (workers * changes))
  }
  await audience.leave()
  return { perSecond: median(rates), busy: median(busy) }
}

/** Each worker goes through streams of its own where there are enough, so that nobody waits for a lock. */
function callsOf(nodes: BenchServer[], places: Hall[]): Call[][] {
  return Array.from({ length: workers }, (_, worker) =>
    Array.from({ length: changes }, (_, n) => {
      const { workspaceId, owner } = places[(worker + n * workers) % places.length] as Hall
      const path = `/api/workspaces/${workspaceId}/membership`
      const { port } = nodes[(worker + n) % nodes.length] as BenchServer
      return { port, method: 'PATCH', path, body: { displayName: randomUUID() }, cookie: owner.cookie, expect: 200 }
    }),
  )
}

async function busyTime(nodes: BenchServer[]): Promise<number> {
  const times = await Promise.all(nodes.map((node) => node.cpu()))
  return times.reduce((sum, time) => sum + time, 0)
}
