import { EventEmitter } from 'node:events'
import { Logger, run, type Job, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Queue } from './queue.ts'

export type Lane = { stop: () => Promise<void> }

type Parts = { pool: Pool; queue: Queue; tasks: TaskList; concurrency: number; log: Log; metrics: Metrics }

/** How long a worker that is told of nothing waits before it looks for itself, in milliseconds. */
const longestPause = 60_000
/** Milliseconds until a runner that could not begin begins again. */
const pause = 1_000
/** How long a job may go on once the node ends, in milliseconds; then it fails, and another node takes it up. */
const mostWhileEnding = 2_000

/**
 * A runner that goes on for ever. A worker of graphile-worker ends for good where it cannot write down what became of
 * its job, because the database went away just then, and nobody takes its place: so its runner gives way to a new one.
 */
export async function startLane(parts: Parts): Promise<Lane> {
  const { log } = parts
  let stopped = false
  let current = await begin()
  let replacing = Promise.resolve()

  async function begin(): Promise<Runner> {
    const events = listenTo(parts)
    const runner = await start(parts, events)
    events.once('worker:fatalError', () => {
      replacing = replacing.then(() => replace(runner))
    })
    return runner
  }

  async function replace(former: Runner): Promise<void> {
    const ending = former.stop().catch((error: unknown) => log.warn({ err: error }, 'a runner did not end in order'))
    while (!stopped && current === former) {
      await begin().then(
        (runner) => (current = runner),
        async (error: unknown) => {
          log.warn({ err: error }, 'jobs cannot be worked off')
          await new Promise((resolve) => setTimeout(resolve, pause))
        },
      )
    }
    await ending
  }

  return {
    async stop() {
      stopped = true
      await replacing
      await current.stop().catch(() => undefined)
    },
  }
}

function listenTo({ queue, metrics }: Parts): WorkerEvents {
  const events = new EventEmitter() as WorkerEvents
  events.on('worker:create', ({ worker, tasks }) => queue.hold(worker, Object.keys(tasks)))
  events.on('worker:release', ({ worker }) => queue.leave(worker.workerId))
  events.on('worker:stop', ({ worker }) => queue.letGo(worker.workerId))
  events.on('job:success', ({ job }) => metrics.jobsDone.inc({ task: job.task_identifier }))
  events.on('job:error', ({ job }) => metrics.jobsFailed.inc({ task: job.task_identifier }))
  return events
}

function start({ pool, tasks, concurrency, log }: Parts, events: WorkerEvents): Promise<Runner> {
  return run({
    pgPool: pool,
    concurrency,
    // it is told of jobs that are for now, and woken for those that were for later (`queue.ts`)
    pollInterval: longestPause,
    gracefulShutdownAbortTimeout: mostWhileEnding,
    noHandleSignals: true,
    taskList: tasks,
    events,
    // what it says of its connections it mends itself; the alerts watch how long jobs wait
    logger: new Logger(() => (level, message, meta) => {
      if (String(level) !== 'error') return
      const job = meta?.['job'] as Job | undefined
      const isLast = job !== undefined && job.attempts >= job.max_attempts
      log[isLast ? 'error' : 'warn']({ job: job?.task_identifier }, message.split('\n')[0])
    }),
  })
}
