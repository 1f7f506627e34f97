import type postgres from 'postgres'
import { freePort } from '../../support/ports.ts'
import { gather } from '../audience.ts'
import { now } from '../clock.ts'
import { insertHalls, insertMembers, insertPeople, type Guest, type Hall } from '../crowd.ts'
import { requireFiles } from '../files.ts'
import { quantile } from '../load.ts'
import { print, row } from '../print.ts'
import type { BenchServer } from '../servers/child.ts'
import { countStatements, forgetStatements, statementsOf } from '../statements.ts'
import { origin, type Stage } from '../stage.ts'

const [sockets, people, halls] = [5_000, 500, 100]
/** Events of each workspace while nobody is connected. */
const missed = 5

type Place = Hall & { guests: Guest[] }
type Ending = { name: string; nodes: number; end: (node: BenchServer) => Promise<void> }

const endings: Ending[] = [
  { name: 'one of two nodes killed', nodes: 2, end: (node) => node.kill() },
  { name: 'one of two nodes told to end', nodes: 2, end: (node) => node.stop() },
  { name: 'the only node killed, started again', nodes: 1, end: (node) => node.kill() },
]

/** 5,000 clients lose their node and come back as ours do, half a second and chance later, each with what it missed. */
export async function storm(stage: Stage): Promise<void> {
  requireFiles(sockets + 1_000)
  const { url, sql } = await stage.database()
  const redisUrl = await stage.redis()
  const clients = await stage.server('audience.ts')
  await countStatements(sql)
  const places = await arrange(sql)
  const seats = places.flatMap(({ guests, workspaceId }) =>
    guests.map(({ cookie }) => ({ cookie, origin, watch: `workspace:${workspaceId}` })),
  )
  await appendEvents(sql, places, 1)
  let position = 1
  print(`${sockets} sockets of ${people} people in ${halls} workspaces lose their node and miss ${missed} events each`)
  row('', ['half back', 'all back', 'tries', 'told anew', 'statements', 'a socket', 'database', 'node busy'])
  for (const { name, nodes, end } of endings) {
    const port = await freePort()
    const first = await stage.rollcall(url, { redisUrl, port })
    const second = nodes > 1 ? await stage.rollcall(url, { redisUrl }) : null
    const audience = await gather(clients, { ports: [port], seats, size: sockets })
    position += missed
    await audience.roam([second?.port ?? port], position)
    await forgetStatements(sql)
    const started = now()
    const ended = end(first)
    await appendEvents(sql, places, missed)
    if (!second) await ended
    const next = second ?? (await stage.rollcall(url, { redisUrl, port }))
    const idle = await next.cpu()
    const returned = await audience.returned()
    const busy = (await next.cpu()) - idle
    const { calls, milliseconds } = await statementsOf(sql)
    await ended
    await audience.leave()
    await next.stop()
    const [half, all] = [0.5, 1].map((share) => `${((quantile(returned.times, share) - started) / 1000).toFixed(1)} s`)
    row(name, [
      half ?? '',
      all ?? '',
      String(returned.tries),
      String(returned.resets),
      String(calls),
      (calls / sockets).toFixed(2),
      `${milliseconds.toFixed(0)} ms`,
      `${busy.toFixed(0)} ms`,
    ])
  }
}

async function arrange(sql: postgres.Sql): Promise<Place[]> {
  const places: Place[] = []
  for (const hall of await insertHalls(sql, await insertPeople(sql, halls))) {
    const guests = await insertPeople(sql, people / halls)
    await insertMembers(sql, hall, guests)
    places.push({ ...hall, guests })
  }
  return places
}

/** As a command of some node would have, but all within a moment, and as a user whose statements are not counted. */
async function appendEvents(sql: postgres.Sql, places: Place[], count: number): Promise<void> {
  const names = places.map(({ workspaceId }) => `workspace:${workspaceId}`)
  await sql`
    with heads as (
      update streams set position = position + ${count} where name = any(${names}) returning name, position
    )
    insert into events (stream, position, type, at, data)
    select name, position - n, 'workspace.renamed', now(), '{"name": "Hall", "handle": "hall"}'
    from heads, generate_series(0, ${count}::int - 1) as n`
}
