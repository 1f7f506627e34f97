import type { SessionReader } from '../auth/sessions.ts'
import type { Log } from '../log.ts'
import type { LiveServer, Rooms } from './rooms.ts'

/** How often sessions behind sockets are looked up, in milliseconds: the longest that an ended one can linger (S7). */
const period = 10_000

/** Ends the sockets of sessions that have ended or run out, whatever was lost on the way: one query for all of them. */
export function startSweep(io: LiveServer, rooms: Rooms, parts: { sessions: SessionReader; log: Log }): () => void {
  const timer = setInterval(() => {
    const held = new Set([...io.of('/').sockets.values()].map((socket) => socket.data.sessionId))
    if (held.size === 0) return
    parts.sessions
      .endedAmong([...held])
      .then((ended) => ended.forEach((sessionId) => rooms.endSession(sessionId)))
      .catch((error: unknown) => parts.log.warn({ err: error }, 'the sessions of sockets could not be swept'))
  }, period)
  timer.unref()
  return () => clearInterval(timer)
}
