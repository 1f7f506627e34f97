import postgres from 'postgres'
import type { Log } from '../log.ts'

const minute = 60_000

export type Queue = {
  hold: (worker: string) => void
  backlog: () => Promise<{ waiting: number; lag: number }>
  close: () => Promise<void>
}

/**
 * The queue's own tables. Gives back the jobs of workers that are no more: the queue itself would keep them locked for
 * four hours. A worker is alive while a connection of its node holds its advisory lock, which ends with the connection,
 * also by `kill -9`.
 */
export function openQueue(databaseUrl: string, log: Log): Queue {
  const sql = postgres(databaseUrl, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => undefined,
    connection: { statement_timeout: 5_000 },
  })
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
    async backlog() {
      const [row] = await sql<{ waiting: number; lag: number }[]>`
        select count(*)::int as waiting, coalesce(extract(epoch from now() - min(run_at)), 0)::float8 as lag
        from graphile_worker.jobs
        where run_at <= now() and locked_at is null and attempts < max_attempts`
      return row ?? { waiting: 0, lag: 0 }
    },
    async close() {
      clearInterval(timer)
      await sql.end({ timeout: 2 })
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
