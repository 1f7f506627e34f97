import postgres from 'postgres'
import type { Log } from '../log.ts'

const minute = 60_000

export type WorkerLocks = { hold: (worker: string) => void; close: () => Promise<void> }

/**
 * Gives back the jobs of workers that are no more: the queue itself would keep them locked for four hours. A worker is
 * alive while a connection of its node holds its advisory lock, which ends with the connection, also by `kill -9`.
 */
export function openWorkerLocks(databaseUrl: string, log: Log): WorkerLocks {
  const sql = postgres(databaseUrl, { max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => undefined })
  const own = new Set<string>()
  const pass = (): void => {
    release(sql, [...own]).catch((error: unknown) => log.warn({ err: error }, 'jobs could not be given back'))
  }
  const timer = setInterval(pass, minute)
  timer.unref()
  return {
    hold(worker) {
      own.add(worker)
      pass()
    },
    async close() {
      clearInterval(timer)
      await sql.end()
    },
  }
}

async function release(sql: postgres.Sql, own: string[]): Promise<void> {
  // taken anew each time, since the connection may be another one by now
  await sql`select pg_try_advisory_lock(hashtext(worker)) from unnest(${own}::text[]) as own (worker)`
  await sql`
    with holders as materialized (
      select distinct locked_by from graphile_worker.jobs where locked_by is not null and locked_by <> all(${own})
    )
    select graphile_worker.force_unlock_workers(array_agg(locked_by))
    from holders
    where pg_try_advisory_xact_lock(hashtext(locked_by))`
}
