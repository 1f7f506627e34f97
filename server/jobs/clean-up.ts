import type { Sql } from '../db/connect.ts'
import type { Log } from '../log.ts'

const hour = 3_600_000

/** Forgets, once an hour, answers kept for repeats after a day, and sessions that have run out. */
export function startCleaning(sql: Sql, log: Log): () => void {
  const timer = setInterval(() => {
    Promise.all([
      sql.guard.run(() => sql`delete from idempotency_keys where created_at < now() - interval '1 day'`),
      sql.guard.run(() => sql`delete from sessions where expires_at < now()`),
    ]).catch((error: unknown) => log.warn({ err: error }, 'cleaning up failed'))
  }, hour)
  timer.unref()
  return () => clearInterval(timer)
}
