import type { Sql } from '../db/connect.ts'
import type { RedisState } from '../relay/feed.ts'
import type { Router } from './router.ts'

type Health = { draining: () => boolean; redis: () => RedisState }

/** Whether the process is up, and whether it can serve. Neither tells a version. */
export function healthRoutes(router: Router, sql: Sql, { draining, redis }: Health): void {
  router.get('/healthz', (c) => c.json({ status: 'up' }))
  router.get('/readyz', async (c) => {
    const database = await answersInTime(sql)
    const ready = database && !draining()
    // without Redis everything is served, some of it a moment later
    const status = ready ? (redis() === 'down' ? 'degraded' : 'ready') : 'unavailable'
    return c.json({ status, database: database ? 'up' : 'down', redis: redis() }, ready ? 200 : 503)
  })
}

const deadline = 2_000

async function answersInTime(sql: Sql): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), deadline).unref())
  const answer = sql`select 1`.then(
    () => true,
    () => false,
  )
  return Promise.race([answer, late])
}
