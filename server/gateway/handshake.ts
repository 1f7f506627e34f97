import type { IncomingMessage } from 'node:http'
import type { AddressOf } from '../auth/address.ts'
import type { SessionReader } from '../auth/sessions.ts'
import { levelOf } from '../core/failures.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Person } from './caller.ts'
import type { AllCaps } from './caps.ts'
import type { LiveSocket } from './live.ts'

type Decide = (error: string | null, allowed: boolean) => void
type Door = {
  isOwnOrigin: (origin: string | undefined) => boolean
  draining: () => boolean
  addressOf: AddressOf
  caps: AllCaps
  metrics: Metrics
}
type Parts = Door & { sessions: SessionReader; log: Log }

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
export function allowPeople(parts: Parts) {
  return (request: IncomingMessage, decide: Decide): void => {
    const bar = barOf(request, parts)
    if (bar) {
      refuse(request, decide, bar)
      return
    }
    parts.sessions.readFromHeader(request.headers.cookie).then(
      (session) => {
        if (!session) {
          refuse(request, decide, 'unauthenticated')
          return
        }
        const holder = { session: session.id, user: session.user.id, address: parts.addressOf(request) }
        const full = parts.caps.people.admit(request.socket, holder)
        if (full) {
          parts.metrics.handshakesCapped.inc({ cap: full })
          refuse(request, decide, 'too_many')
          return
        }
        Reflect.set(request, 'caller', { userId: session.user.id, sessionId: session.id } satisfies Person)
        decide(null, true)
      },
      (error: unknown) => {
        parts.log[levelOf(error)]({ err: error }, 'a handshake could not be judged')
        refuse(request, decide, 'unavailable')
      },
    )
  }
}

/** As for people, but a visitor says who they are once connected: a token does not belong into an address. */
export function allowVisitors(parts: Door) {
  return (request: IncomingMessage, decide: Decide): void => {
    const bar = barOf(request, parts)
    if (bar) {
      refuse(request, decide, bar)
      return
    }
    const full = parts.caps.visitors.admit(request.socket, { address: parts.addressOf(request) })
    if (full) {
      parts.metrics.handshakesCapped.inc({ cap: `visitors ${full}` })
      refuse(request, decide, 'too_many')
      return
    }
    decide(null, true)
  }
}

/** What the request and the handshake said is no longer held, once it is known who it is: it would be as long as the socket. */
export function forgetRequest(socket: LiveSocket): void {
  Reflect.set(socket.conn, 'request', null)
  Reflect.set(socket, 'handshake', null)
}

function barOf(request: IncomingMessage, { draining, isOwnOrigin }: Door): keyof typeof refusals | null {
  if (draining()) return 'unavailable'
  if (request.rawHeaders.length > 2 * mostHeaders) return 'too_long'
  return isOwnOrigin(request.headers.origin) ? null : 'cross_origin'
}

/** Engine.IO answers every refused upgrade with 400, so the right status is written before it does. */
function refuse(request: IncomingMessage, decide: Decide, code: keyof typeof refusals): void {
  const later = code === 'too_many' || code === 'unavailable' ? `Retry-After: ${retryAfter}\r\n` : ''
  const answer = `HTTP/1.1 ${refusals[code]}\r\nConnection: close\r\n${later}Content-Length: 0\r\n\r\n`
  request.socket.end(answer, () => decide(code, false))
}
