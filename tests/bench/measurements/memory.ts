import { createClient } from 'redis'
import { gather, seatsOf } from '../audience.ts'
import { insertHalls, insertPeople, insertTeam } from '../crowd.ts'
import { print, row } from '../print.ts'
import type { Seat } from '../servers/audience.ts'
import type { BenchServer } from '../servers/child.ts'
import { origin, type Stage } from '../stage.ts'

const sockets = 2_000
/** Connections that a node holds to its database and to Redis. */
const mostPooled = 40

type Held = { used: number; resident: number; redis: number }

/** Bytes that a connection, and a stream, hold on the server once everything is quiet; and a stream in Redis. */
export async function memory(stage: Stage): Promise<void> {
  const { url, sql } = await stage.database()
  const redisUrl = await stage.redis()
  const clients = await stage.server('audience.ts')
  const redis = await createClient({ url: redisUrl })
    .on('error', () => undefined)
    .connect()
  stage.after(() => redis.destroy())
  const team = await insertTeam(sql, 100)
  const [loner] = await insertPeople(sql, 1)
  if (!loner) return
  const halls = await insertHalls(
    sql,
    Array.from({ length: sockets }, () => loner),
  )
  const seatIn = (workspaceId: string): Seat => ({ cookie: loner.cookie, origin, watch: `workspace:${workspaceId}` })

  const inRedis = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  const held = async (server: BenchServer): Promise<Held> => ({ ...(await server.memory()), redis: await inRedis() })
  // a server of its own each time: what one audience leaves behind for a minute is not the next one's
  const each = async (start: () => Promise<BenchServer>, seats: Seat[], before: Seat[] = seats): Promise<Held> => {
    const server = await start()
    const asked = { ports: [server.port], seats, size: sockets }
    // the first audience makes what later ones share
    const warming = await gather(clients, { ...asked, seats: before })
    await warming.leave()
    await server.quiet(mostPooled)
    const empty = await held(server)
    const audience = await gather(clients, asked)
    const full = await held(server)
    await audience.leave()
    await server.stop()
    const less = (key: keyof Held) => (full[key] - empty[key]) / sockets
    return { used: less('used'), resident: less('resident'), redis: less('redis') }
  }
  const rollcall = () => stage.rollcall(url, { redisUrl })
  const theirs = await each(() => stage.server('sockets.ts'), [{}])
  const ours = await each(rollcall, seatsOf(team))
  const common = [seatIn(halls[0]?.workspaceId ?? '')]
  const together = await each(rollcall, common)
  const own = halls.map(({ workspaceId }) => seatIn(workspaceId))
  // what rooms leave behind must not be taken for what they hold
  const apart = await each(rollcall, own, common)
  row('memory', ['in use', 'of process', 'in Redis', 'ratio', 'aim'])
  show('each connection: Socket.IO', theirs)
  show('each connection: Rollcall', ours, [`${(ours.used / theirs.used).toFixed(2)} ×`, '1.50 ×'])
  show('each stream that one of them watches', {
    used: apart.used - together.used,
    resident: apart.resident - together.resident,
    redis: apart.redis - together.redis,
  })
  print(`(${sockets} connections; a stream is what a room of its own adds to a place in a common one)`)
}

function show(name: string, { used, resident, redis }: Held, more: string[] = []): void {
  row(name, [...[used, resident, redis].map((bytes) => `${(bytes / 1024).toFixed(1)} KiB`), ...more])
}
