import type { Sql } from '../db/connect.ts'
import type { Router } from './router.ts'

/** Whether the process is up, and whether it can serve. Neither tells a version. */
export function healthRoutes(router: Router, sql: Sql, draining: () => boolean): void {
  router.get('/healthz', (c) => c.json({ status: 'up' }))
  router.get('/readyz', async (c) => {
    const database = await answersInTime(sql)
    const ready = database && !draining()
    const state = {
      status: ready ? 'ready' : 'unavailable',
      database: database ? 'up' : 'down',
      redis: 'not configured',
    }
    return c.json(state, ready ? 200 : 503)
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
