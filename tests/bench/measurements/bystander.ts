import { randomUUID } from 'node:crypto'
import { createClient } from 'redis'
import { gather, seatsOf } from '../audience.ts'
import { insertTeam, type Team } from '../crowd.ts'
import { drive, type Call } from '../load.ts'
import { print, row } from '../print.ts'
import type { BenchServer } from '../servers/child.ts'
import type { Stage } from '../stage.ts'

const [sockets, workers, changes] = [100, 4, 150]

type Redis = { sendCommand: (words: string[]) => Promise<unknown> }
type Side = {
  name: string
  start: () => Promise<BenchServer>
  cause: (node: BenchServer) => Promise<unknown>
  /** To how many nodes Redis sends what happens in the stream. */
  told: () => Promise<number>
}

/** What node B, whose sockets watch another workspace, has of the changes in one that only node A's sockets watch. */
export async function bystander(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const redisUrl = await stage.redis()
  const redis = await createClient({ url: redisUrl })
    .on('error', () => undefined)
    .connect()
  stage.after(() => redis.destroy())
  const clients = await stage.server('audience.ts')
  const [watched, other] = [await insertTeam(sql, 20), await insertTeam(sql, 20)]
  const peer = (adapter: string): Omit<Side, 'name' | 'told'> => ({
    start: () => stage.server('peer.ts', { REDIS_URL: redisUrl, ADAPTER: adapter }),
    cause: (node) => emit(node, watched),
  })
  const inShard = () => subscribers(redis, watched)
  const sides: Side[] = [
    {
      name: 'Rollcall',
      start: () => stage.rollcall(url, { redisUrl }),
      cause: (node) => drive(renames(node, watched)),
      told: inShard,
    },
    { name: 'Socket.IO, sharded adapter', ...peer('sharded'), told: inShard },
    { name: 'Socket.IO, classic adapter', ...peer('classic'), told: () => patternSubscribers(redis) },
  ]
  print(`${workers * changes} events of a stream that sockets of node A watch and none of node B`)
  row('', ['nodes told', 'B busy', 'B at rest', 'an event'])
  for (const side of sides) await measureSide(clients, side, watched, other)
}

async function measureSide(clients: BenchServer, side: Side, watched: Team, other: Team): Promise<void> {
  const [a, b] = [await side.start(), await side.start()]
  const here = await gather(clients, { ports: [a.port], seats: seatsOf(watched), size: sockets })
  const there = await gather(clients, { ports: [b.port], seats: seatsOf(other), size: sockets })
  // the first time only warms up
  await side.cause(a)
  await here.heard(sockets * workers * changes)
  await here.mark()
  const [cpu, started] = [await b.cpu(), performance.now()]
  await side.cause(a)
  await here.heard(sockets * workers * changes)
  const [took, busy] = [performance.now() - started, (await b.cpu()) - cpu]
  // as long again, with nothing going on
  const resting = await b.cpu()
  await new Promise((resolve) => setTimeout(resolve, took))
  const rest = (await b.cpu()) - resting
  const told = await side.told()
  await here.leave()
  await there.leave()
  await b.stop()
  await a.stop()
  const each = `${(((busy - rest) / (workers * changes)) * 1000).toFixed(0)} µs`
  row(side.name, [String(told), `${busy.toFixed(0)} ms`, `${rest.toFixed(0)} ms`, each])
}

function renames(node: BenchServer, { people, workspaceId }: Team): Call[][] {
  return Array.from({ length: workers }, (_, worker) =>
    Array.from({ length: changes }, () => {
      const path = `/api/workspaces/${workspaceId}/membership`
      const cookie = people[worker]?.cookie ?? ''
      return { port: node.port, method: 'PATCH', path, body: { displayName: randomUUID() }, cookie, expect: 200 }
    }),
  )
}

/** As many, one after the other as the answers come, so that both are spread over time. */
async function emit(node: BenchServer, { workspaceId }: Team): Promise<void> {
  const actor = { memberId: workspaceId, displayName: 'Ada' }
  const event = { type: 'member.role_changed', at: new Date().toISOString(), actor, data: { memberId: workspaceId, role: 'viewer' } } // prettier-ignore
  for (let position = 1; position <= workers * changes; position += 1) {
    await node.ask({
      ask: 'emit',
      frames: [{ stream: `workspace:${workspaceId}`, events: [{ position, ...event }] }],
    })
  }
}

async function subscribers(redis: Redis, { workspaceId }: Team): Promise<number> {
  const channels = (await redis.sendCommand(['PUBSUB', 'SHARDCHANNELS', `*${workspaceId}*`])) as string[]
  const counts = (await redis.sendCommand(['PUBSUB', 'SHARDNUMSUB', ...channels])) as (string | number)[]
  return counts.reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0)
}

async function patternSubscribers(redis: Redis): Promise<number> {
  const clients = String(await redis.sendCommand(['CLIENT', 'LIST'])).split('\n')
  return clients.filter((client) => /psub=[1-9]/.test(client)).length
}
