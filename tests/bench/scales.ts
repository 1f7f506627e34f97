import { createClient } from 'redis'
import { gather } from './audience.ts'
import { row } from './print.ts'
import type { Seat } from './servers/audience.ts'
import type { BenchServer } from './servers/child.ts'
import type { Stage } from './stage.ts'

/** Connections that a node holds to its database and to Redis. */
const mostPooled = 40

/** Bytes for each connection: in use on its server, of its process, and in Redis. */
export type Held = { used: number; resident: number; redis: number }

type Weigh = (start: () => Promise<BenchServer>, seats: Seat[], before?: Seat[]) => Promise<Held>

/** Weighs what so many connections hold on a server once everything is quiet. */
export async function openScales(stage: Stage, redisUrl: string, sockets: number): Promise<Weigh> {
  const clients = await stage.server('audience.ts')
  const redis = await createClient({ url: redisUrl })
    .on('error', () => undefined)
    .connect()
  stage.after(() => redis.destroy())
  const inRedis = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  const held = async (server: BenchServer): Promise<Held> => ({ ...(await server.memory()), redis: await inRedis() })
  // a server of its own each time: what one audience leaves behind for a minute is not the next one's
  return async (start, seats, before = seats) => {
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
}

export function showHeld(name: string, { used, resident, redis }: Held, more: string[] = []): void {
  row(name, [...[used, resident, redis].map((bytes) => `${(bytes / 1024).toFixed(1)} KiB`), ...more])
}

export function difference(one: Held, other: Held): Held {
  return { used: one.used - other.used, resident: one.resident - other.resident, redis: one.redis - other.redis }
}
