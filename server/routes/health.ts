import type { Sql } from '../db/sql.ts'
import type { Router } from './router.ts'

export type Health = {
  /** A pool of its own: a full one says nothing about the database. */
  sql: Sql
  draining: () => boolean
  /** Whether something of this node has still to begin: its port is open before its jobs are worked off. */
  starting: () => boolean
  redis: () => 'up' | 'down' | 'not configured'
}

/** Whether the process is up, and whether it can serve. Neither tells a version. */
export function healthRoutes(router: Router, { sql, draining, starting, redis }: Health): void {
  router.get('/healthz', (c) => c.json({ status: 'up' }))
  router.get('/readyz', async (c) => {
    const database = await answersInTime(sql)
    const ready = database && !starting() && !draining()
    // without Redis everything is served, some of it a moment later
    const status = ready ? (redis() === 'down' ? 'degraded' : 'ready') : 'unavailable'
    return c.json({ status, database: database ? 'up' : 'down', redis: redis() }, ready ? 200 : 503)
  })
}

/** Whoever asks has a deadline, too; in milliseconds. */
const deadline = 1_000

async function answersInTime(sql: Sql): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), deadline).unref())
  const answer = sql
    .run((tx) => tx`select 1`)
    .then(
      () => true,
      () => false,
    )
  return Promise.race([answer, late])
}
