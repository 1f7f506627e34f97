import { EventEmitter } from 'node:events'
import { Logger, run, type Job, type Runner, type WorkerEvents } from 'graphile-worker'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Jobs } from './enqueue.ts'
import { openQueue } from './queue.ts'

export type Handlers = { [T in keyof Jobs]: (payload: Jobs[T]) => Promise<void> }

export type Worker = {
  /** Jobs that could run now, and for how many seconds the oldest of them has waited. */
  backlog: () => Promise<{ waiting: number; lag: number }>
  stop: () => Promise<void>
}

type Parts = { log: Log; metrics: Metrics }

/** Works off the queue. A job that fails is tried again with growing pauses; one whose node was killed, at once. */
export async function startWorker(databaseUrl: string, handlers: Handlers, { log, metrics }: Parts): Promise<Worker> {
  const taskList = Object.fromEntries(
    Object.entries(handlers).map(([task, handle]) => [task, (payload: unknown) => handle(payload as never)]),
  )
  const queue = openQueue(databaseUrl, log)
  const events = new EventEmitter() as WorkerEvents
  events.on('worker:create', ({ worker }) => queue.hold(worker.workerId))
  events.on('job:success', ({ job }) => metrics.jobsDone.inc({ task: job.task_identifier }))
  events.on('job:error', ({ job }) => metrics.jobsFailed.inc({ task: job.task_identifier }))
  const runner: Runner = await run({
    connectionString: databaseUrl,
    concurrency: 4,
    maxPoolSize: 6,
    // jobs for now come by notification; those for later are looked for this often, in milliseconds
    pollInterval: 500,
    noHandleSignals: true,
    taskList,
    events,
    // what it says of its connections it mends itself; the alerts watch how long jobs wait
    logger: new Logger(() => (level, message, meta) => {
      if (String(level) !== 'error') return
      const job = meta?.['job'] as Job | undefined
      const isLast = job !== undefined && job.attempts >= job.max_attempts
      log[isLast ? 'error' : 'warn']({ job: job?.task_identifier }, message.split('\n')[0])
    }),
  })
  return {
    backlog: queue.backlog,
    async stop() {
      await runner.stop()
      await queue.close()
    },
  }
}
