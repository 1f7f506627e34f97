import { EventEmitter } from 'node:events'
import { Logger, run, type Runner, type WorkerEvents } from 'graphile-worker'
import type { Log } from '../log.ts'
import type { Jobs } from './enqueue.ts'
import { openWorkerLocks } from './orphans.ts'

export type Handlers = { [T in keyof Jobs]: (payload: Jobs[T]) => Promise<void> }

/** Works off the queue. A job that fails is tried again with growing pauses; one whose node was killed, at once. */
export async function startWorker(databaseUrl: string, handlers: Handlers, log: Log): Promise<() => Promise<void>> {
  const taskList = Object.fromEntries(
    Object.entries(handlers).map(([task, handle]) => [task, (payload: unknown) => handle(payload as never)]),
  )
  const locks = openWorkerLocks(databaseUrl, log)
  const events = new EventEmitter() as WorkerEvents
  events.on('worker:create', ({ worker }) => locks.hold(worker.workerId))
  const runner: Runner = await run({
    connectionString: databaseUrl,
    concurrency: 4,
    maxPoolSize: 6,
    // jobs for now come by notification; those for later are looked for this often, in milliseconds
    pollInterval: 500,
    noHandleSignals: true,
    taskList,
    events,
    logger: new Logger(() => (level, message, meta) => {
      if (String(level) === 'error')
        log.error({ job: meta?.['job'] && Reflect.get(meta['job'], 'task_identifier') }, message.split('\n')[0])
    }),
  })
  return async () => {
    await runner.stop()
    await locks.close()
  }
}
