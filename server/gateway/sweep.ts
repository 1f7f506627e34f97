import type { SessionReader } from '../auth/sessions.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { LiveServer, Rooms } from './rooms.ts'

type Parts = { sessions: SessionReader; log: Log; metrics: Metrics }

/** How often sessions behind sockets are looked up, in milliseconds: the longest that an ended one can linger (S7). */
const period = 10_000

/** Ends the sockets of sessions that have ended or run out, whatever was lost on the way: one query for all of them. */
export function startSweep(io: LiveServer, rooms: Rooms, parts: Parts): () => void {
  const { sessions, log, metrics } = parts
  const timer = setInterval(() => {
    const held = new Set([...io.of('/').sockets.values()].map((socket) => socket.data.sessionId))
    if (held.size === 0) return
    const took = metrics.sweep.startTimer()
    sessions
      .endedAmong([...held])
      .then((ended) => {
        took()
        metrics.sweptSessions.inc(rooms.endSessions(new Set(ended)))
      })
      .catch((error: unknown) => log.warn({ err: error }, 'the sessions of sockets could not be swept'))
  }, period)
  timer.unref()
  return () => clearInterval(timer)
}
