import type { TaskList } from 'graphile-worker'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Jobs } from './enqueue.ts'
import { startLane, type Lane } from './lane.ts'
import { openPool } from './pool.ts'
import { openQueue } from './queue.ts'

export type Handlers = { [T in keyof Jobs]: (payload: Jobs[T]) => Promise<void> }

export type Worker = {
  /** Jobs that could run now, and for how many seconds the oldest of them has waited. */
  backlog: () => Promise<{ waiting: number; lag: number }>
  stop: () => Promise<void>
}

type Parts = { log: Log; metrics: Metrics }

/** Who works at a time. Lanes of their own, so that a mail server that hangs holds up nothing but emails. */
const lanes: readonly { concurrency: number; tasks: readonly (keyof Jobs)[] }[] = [
  { concurrency: 3, tasks: ['send-email'] },
  { concurrency: 1, tasks: ['expire-invitations'] },
  { concurrency: 2, tasks: ['fetch-resource'] },
]
/** Each worker one, and each lane one that listens. */
const connections = lanes.reduce((sum, { concurrency }) => sum + concurrency + 1, 0)

/** Works off the queue. A job that fails is tried again with growing pauses; one whose node was killed, within a minute. */
export async function startWorker(databaseUrl: string, handlers: Handlers, parts: Parts): Promise<Worker> {
  const queue = openQueue(databaseUrl, parts.log)
  const pool = openPool(databaseUrl, connections, parts.log)
  const running: Lane[] = []
  async function stop(): Promise<void> {
    await Promise.all(running.map((lane) => lane.stop()))
    await queue.close()
    await pool.end()
  }
  try {
    for (const { concurrency, tasks } of lanes) {
      const taskList = Object.fromEntries(tasks.map((task) => [task, breakable(handlers[task] as Handle)]))
      running.push(await startLane({ pool, queue, tasks: taskList, concurrency, ...parts }))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { backlog: queue.backlog, stop }
}

type Handle = (payload: unknown) => Promise<void>

/** A job that is under way when the node has no more time fails, and is taken up again elsewhere. */
function breakable(handle: Handle): TaskList[string] {
  return (payload, { abortSignal }) =>
    new Promise<void>((resolve, reject) => {
      const broken = () => reject(new Error('The node ended before the job was done.'))
      abortSignal?.addEventListener('abort', broken)
      void handle(payload)
        .then(resolve, reject)
        // one signal is there for all jobs: what is not taken off it stays for ever
        .finally(() => abortSignal?.removeEventListener('abort', broken))
    })
}
