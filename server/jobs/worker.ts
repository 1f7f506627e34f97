import { Logger, run, type Runner } from 'graphile-worker'
import type { Log } from '../log.ts'
import type { Jobs } from './enqueue.ts'

export type Handlers = { [T in keyof Jobs]: (payload: Jobs[T]) => Promise<void> }

/** Works off the queue. A job that fails is tried again with growing pauses. */
export async function startWorker(databaseUrl: string, handlers: Handlers, log: Log): Promise<() => Promise<void>> {
  const taskList = Object.fromEntries(
    Object.entries(handlers).map(([task, handle]) => [task, (payload: unknown) => handle(payload as never)]),
  )
  const runner: Runner = await run({
    connectionString: databaseUrl,
    concurrency: 4,
    maxPoolSize: 6,
    // jobs for now come by notification; those for later are looked for this often, in milliseconds
    pollInterval: 500,
    noHandleSignals: true,
    taskList,
    logger: new Logger(() => (level, message, meta) => {
      if (String(level) === 'error')
        log.error({ job: meta?.['job'] && Reflect.get(meta['job'], 'task_identifier') }, message.split('\n')[0])
    }),
  })
  return () => runner.stop()
}
