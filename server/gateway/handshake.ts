import type { IncomingMessage } from 'node:http'
import type { SessionReader } from '../auth/sessions.ts'
import type { Log } from '../log.ts'

/** Whose socket it is. `sessionId` is the stored hash, never the cookie's secret. */
export type Caller = { userId: string; sessionId: string }

type Decide = (error: string | null, allowed: boolean) => void

/**
 * Judges a connection before it is upgraded: the right origin, because a browser sends the cookie along from any site,
 * and a live session. A request without an origin is no page of ours.
 */
export function allowRequest(parts: {
  sessions: SessionReader
  isOwnOrigin: (origin: string | undefined) => boolean
  log: Log
}) {
  return (request: IncomingMessage, decide: Decide): void => {
    if (!parts.isOwnOrigin(request.headers.origin)) {
      decide('cross_origin', false)
      return
    }
    parts.sessions.readFromHeader(request.headers.cookie).then(
      (session) => {
        if (!session) {
          decide('unauthenticated', false)
          return
        }
        Reflect.set(request, 'caller', { userId: session.user.id, sessionId: session.id } satisfies Caller)
        decide(null, true)
      },
      (error: unknown) => {
        parts.log.error({ err: error }, 'a handshake could not be judged')
        decide('unavailable', false)
      },
    )
  }
}
