import type { IncomingMessage } from 'node:http'
import type { AddressOf } from '../auth/address.ts'
import type { SessionReader } from '../auth/sessions.ts'
import { levelOf } from '../core/failures.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Caps } from './caps.ts'

/** Whose socket it is. `sessionId` is the stored hash, never the cookie's secret. */
export type Caller = { userId: string; sessionId: string }

type Decide = (error: string | null, allowed: boolean) => void
type Parts = {
  sessions: SessionReader
  isOwnOrigin: (origin: string | undefined) => boolean
  draining: () => boolean
  addressOf: AddressOf
  caps: Caps
  metrics: Metrics
  log: Log
}

const refusals = {
  cross_origin: '403 Forbidden',
  unauthenticated: '401 Unauthorized',
  too_many: '429 Too Many Requests',
  too_long: '431 Request Header Fields Too Large',
  unavailable: '503 Service Unavailable',
}

/** No browser and no proxy sends nearly as many. Node only drops those beyond 2,000, whichever they are. */
const mostHeaders = 200
/** Seconds after which one more attempt makes sense: places come free when a page somewhere closes. */
const retryAfter = 10

/**
 * Judges a connection before it is upgraded: the right origin, because a browser sends the cookie along from any site,
 * and a live session that does not hold more than its share. A request without an origin is no page of ours.
 */
export function allowRequest(parts: Parts) {
  return (request: IncomingMessage, decide: Decide): void => {
    if (parts.draining()) {
      refuse(request, decide, 'unavailable')
      return
    }
    if (request.rawHeaders.length > 2 * mostHeaders) {
      refuse(request, decide, 'too_long')
      return
    }
    if (!parts.isOwnOrigin(request.headers.origin)) {
      refuse(request, decide, 'cross_origin')
      return
    }
    parts.sessions.readFromHeader(request.headers.cookie).then(
      (session) => {
        if (!session) {
          refuse(request, decide, 'unauthenticated')
          return
        }
        const holder = { session: session.id, user: session.user.id, address: parts.addressOf(request) }
        const full = parts.caps.admit(request.socket, holder)
        if (full) {
          parts.metrics.handshakesCapped.inc({ cap: full })
          refuse(request, decide, 'too_many')
          return
        }
        Reflect.set(request, 'caller', { userId: session.user.id, sessionId: session.id } satisfies Caller)
        decide(null, true)
      },
      (error: unknown) => {
        parts.log[levelOf(error)]({ err: error }, 'a handshake could not be judged')
        refuse(request, decide, 'unavailable')
      },
    )
  }
}

/** Engine.IO answers every refused upgrade with 400, so the right status is written before it does. */
function refuse(request: IncomingMessage, decide: Decide, code: keyof typeof refusals): void {
  const later = code === 'too_many' || code === 'unavailable' ? `Retry-After: ${retryAfter}\r\n` : ''
  const answer = `HTTP/1.1 ${refusals[code]}\r\nConnection: close\r\n${later}Content-Length: 0\r\n\r\n`
  request.socket.end(answer, () => decide(code, false))
}
