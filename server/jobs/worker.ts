import { setMaxListeners } from 'node:events'
import type { TaskList } from 'graphile-worker'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Jobs } from './enqueue.ts'
import { startLane, type Lane } from './lane.ts'
import { openPool } from './pool.ts'
import { openQueue } from './queue.ts'

/**
 * `ending` is aborted as the node ends; whoever ends by itself soon after that has not failed. `begun`: how often the job was
 * begun, this time too.
 */
export type Handlers = { [T in keyof Jobs]: (payload: Jobs[T], ending: AbortSignal, begun: number) => Promise<void> }

export type Worker = {
  /** Jobs that could run now, and for how many seconds the oldest of them has waited. */
  backlog: () => Promise<{ waiting: number; lag: number }>
  stop: () => Promise<void>
}

type Parts = { log: Log; metrics: Metrics }

/** Who works at a time. Lanes of their own, so that a mail server that hangs holds up nothing but emails. */
const lanes: readonly { concurrency: number; tasks: readonly (keyof Jobs)[] }[] = [
  { concurrency: 3, tasks: ['send-email'] },
  { concurrency: 1, tasks: ['send-reset-link'] },
  { concurrency: 1, tasks: ['expire-invitations'] },
  { concurrency: 2, tasks: ['fetch-resource'] },
  { concurrency: 8, tasks: ['deliver-webhook'] },
  { concurrency: 3, tasks: ['tell-integration'] },
  { concurrency: 3, tasks: ['answer-visitor'] },
  { concurrency: 2, tasks: ['sync-billing', 'reconcile-billing', 'end-billing'] },
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

type Handle = (payload: unknown, ending: AbortSignal, begun: number) => Promise<void>

/** How long a job may take to end by itself once it is told to, in milliseconds. */
const toEnd = 1_000

/** A job that is under way when the node has no more time fails, and is taken up again elsewhere. */
function breakable(handle: Handle): TaskList[string] {
  return async (payload, { abortSignal, job }) => {
    const ending = abortSignal ?? new AbortController().signal
    // one signal is there for all jobs of a lane
    setMaxListeners(0, ending)
    let deadline: NodeJS.Timeout | undefined
    let broken: () => void = () => undefined
    const tooLate = new Promise<never>((_, reject) => {
      broken = () => {
        deadline = setTimeout(() => reject(new Error('The node ended before the job was done.')), toEnd)
      }
      ending.addEventListener('abort', broken)
    })
    return Promise.race([handle(payload, ending, job.attempts), tooLate]).finally(() => {
      clearTimeout(deadline)
      // what is not taken off it stays for ever
      ending.removeEventListener('abort', broken)
    })
  }
}
