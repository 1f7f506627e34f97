import { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'

/** How often jobs are given back, and how soon after that failed, in milliseconds. */
const period = { usual: 60_000, failed: 1_000 }
/** How often a node looks whether the time of a job has come, in milliseconds. */
const look = 500

/** A worker of this node. `nudge`: has it look for a job if it waits for one, and answers whether it did. */
export type Sleeper = { workerId: string; nudge: () => boolean }

export type Queue = {
  /** This worker is alive, and does these tasks. */
  hold: (worker: Sleeper, tasks: readonly string[]) => void
  /** It takes no more jobs. */
  leave: (workerId: string) => void
  /** It has ended: whatever it had in its hands is given back. */
  letGo: (workerId: string) => void
  backlog: () => Promise<{ waiting: number; lag: number }>
  close: () => Promise<void>
}

/**
 * The queue's own tables. Gives back the jobs of workers that are no more: the queue itself would keep them locked for
 * four hours. A worker is alive while a connection of its node holds its advisory lock, which ends with the connection,
 * also by `kill -9`.
 */
export function openQueue(databaseUrl: string, log: Log): Queue {
  const own = new Set<string>()
  const sleepers = new Map<string, { worker: Sleeper; tasks: readonly string[] }>()
  let timer: NodeJS.Timeout | undefined
  let looking: NodeJS.Timeout | undefined
  let closed = false
  // the locks went with the connection: they are taken again before somebody else believes that our workers are dead
  const sql = new Sql(databaseUrl, { max: 1, name: 'rollcall-queue', asOwner: true, lost: () => passIn(0) })

  function passIn(milliseconds: number): void {
    clearTimeout(timer)
    if (!closed) timer = setTimeout(pass, milliseconds).unref()
  }

  function pass(): void {
    release(sql, [...own]).then(
      () => passIn(period.usual),
      (error: unknown) => {
        log.warn({ err: error }, 'jobs could not be given back')
        passIn(period.failed)
      },
    )
  }

  function lookAgain(): void {
    if (!closed) looking = setTimeout(wakeWorkers, look).unref()
  }

  function wakeWorkers(): void {
    readDue(sql)
      .then((due) => due.forEach(wake))
      .catch((error: unknown) => log.debug({ err: error }, 'nobody looked for jobs'))
      .finally(lookAgain)
  }

  function wake({ task, count }: Due): void {
    let left = count
    for (const { worker, tasks } of sleepers.values()) if (left > 0 && tasks.includes(task) && worker.nudge()) left -= 1
  }

  lookAgain()
  return {
    hold(worker, tasks) {
      own.add(worker.workerId)
      sleepers.set(worker.workerId, { worker, tasks })
      passIn(0)
    },
    leave: (workerId) => void sleepers.delete(workerId),
    letGo(workerId) {
      own.delete(workerId)
      sleepers.delete(workerId)
      passIn(0)
    },
    async backlog() {
      const [row] = await sql.run(
        (tx) => tx<{ waiting: number; lag: number }[]>`
          select count(*)::int as waiting, coalesce(extract(epoch from now() - min(run_at)), 0)::float8 as lag
          from graphile_worker.jobs
          where run_at <= now() and locked_at is null and attempts < max_attempts`,
      )
      return row ?? { waiting: 0, lag: 0 }
    },
    async close() {
      closed = true
      clearTimeout(timer)
      clearTimeout(looking)
      await sql.end({ timeout: 1 })
    },
  }
}

type Due = { task: string; count: number }

/**
 * Jobs whose time has come and that nobody has in their hands: one statement of a node, by the queue's own index (all jobs
 * have the priority 0), in place of one of each of its workers.
 */
function readDue(sql: Sql): Promise<Due[]> {
  return sql.run(
    (tx) => tx<Due[]>`
      select t.identifier as task, count(*)::int as count
      from graphile_worker._private_jobs j
      join graphile_worker._private_tasks t on t.id = j.task_id
      where j.is_available and j.priority = 0 and j.run_at <= now()
      group by t.identifier`,
  )
}

async function release(sql: Sql, own: string[]): Promise<void> {
  // taken anew each time, since the connection may be another one by now
  await sql.run((tx) => tx`select pg_try_advisory_lock(hashtext(worker)) from unnest(${own}::text[]) as own (worker)`)
  await sql.run(
    (tx) => tx`
      with holders as materialized (
        select distinct locked_by from graphile_worker.jobs where locked_by is not null and locked_by <> all(${own})
      )
      select graphile_worker.force_unlock_workers(array_agg(locked_by))
      from holders
      where pg_try_advisory_xact_lock(hashtext(locked_by))`,
  )
}
