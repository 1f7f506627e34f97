import { Agent } from 'node:http'
import { gather, seatsOf } from '../audience.ts'
import { sinceEpoch } from '../clock.ts'
import { insertTeam } from '../crowd.ts'
import { quantile, send } from '../load.ts'
import { ms, print } from '../print.ts'
import type { Stage } from '../stage.ts'

const [sockets, changes] = [1_000, 60]

/** One node alone: from the moment that an event carries, before its commit, to each of the sockets that watch. */
export async function latency(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const { port } = await stage.rollcall(url)
  const team = await insertTeam(sql, 100)
  const { workspaceId, owner, memberIds } = team
  const audience = await gather(await stage.server('audience.ts'), {
    ports: [port],
    seats: seatsOf(team),
    size: sockets,
  })
  const agent = new Agent({ keepAlive: true })
  const epoch = sinceEpoch()
  for (let n = 1; n <= changes; n += 1) {
    const path = `/api/workspaces/${workspaceId}/members/${memberIds[1]}`
    const body = { role: n % 2 === 0 ? 'editor' : 'viewer' }
    await send(agent, { port, method: 'PATCH', path, body, cookie: owner.cookie, expect: 200 })
    await audience.heard(n * sockets)
  }
  agent.destroy()
  const { positions, times } = await audience.recorded()
  await audience.leave()
  const events = await sql<{ position: number; at: number }[]>`
    select position::int, extract(epoch from at)::float8 * 1000 as at from events where stream = ${`workspace:${workspaceId}`}`
  const taken = new Map(events.map(({ position, at }) => [position, at - epoch]))
  const latencies = times.map((time, n) => time - (taken.get(positions[n] ?? 0) ?? NaN))
  const [p50, p99, last] = [0.5, 0.99, 1].map((share) => ms(quantile(latencies, share)))
  print(`one node, from the command to ${sockets} sockets watching: p50 ${p50}, p99 ${p99}, last ${last}`)
}
