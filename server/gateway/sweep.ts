import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Rooms } from './rooms.ts'

type Parts = { log: Log; metrics: Metrics }

/** How often sessions behind sockets are looked up, in milliseconds: the longest that an ended one can linger (S7). */
const period = 10_000

/** Ends the sockets of sessions that have ended or run out, whatever was lost on the way: one query for all of them. */
export function startSweep(rooms: Rooms, { log, metrics }: Parts): () => void {
  const timer = setInterval(() => {
    if (rooms.counts().sockets === 0) return
    const took = metrics.sweep.startTimer()
    rooms.endDeadSessions().then(
      (ended) => {
        took()
        metrics.sweptSessions.inc(ended)
      },
      (error: unknown) => log.warn({ err: error }, 'the sessions of sockets could not be swept'),
    )
  }, period)
  timer.unref()
  return () => clearInterval(timer)
}
