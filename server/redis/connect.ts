import { createClient } from 'redis'
import type { Log } from '../log.ts'

export type Redis = ReturnType<typeof createClient>

/** A connection that comes back by itself. While it is away commands fail at once: nobody waits for Redis. */
export function connectRedis(url: string, log: Log): Redis {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    // finds out about a connection that died without a word
    pingInterval: 5_000,
    socket: { connectTimeout: 2_000, reconnectStrategy: pauseBefore },
  })
  let away = false
  client.on('error', (error: Error) => {
    if (!away) log.warn({ err: error }, 'Redis is away: sockets hear from the log')
    away = true
  })
  client.on('ready', () => {
    if (away) log.info('Redis is back')
    away = false
  })
  client.connect().catch(() => undefined)
  return client as Redis
}

/** In milliseconds; with chance in it, so that many nodes do not come back in step. */
function pauseBefore(retries: number): number {
  return Math.min(50 * 2 ** retries, 1_000) * (0.5 + Math.random() / 2)
}
