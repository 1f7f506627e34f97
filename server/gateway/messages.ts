import type { AttendAnswer } from '#shared/protocol/attention.ts'
import type { LookAnswer } from '#shared/protocol/presence.ts'
import type { UnwatchAnswer, WatchAnswer } from '#shared/protocol/socket.ts'
import { levelOf } from '../core/failures.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { LiveSocket, Sent } from './live.ts'

/** For each connection and in a minute: a page watches a few streams, and asks for all of them anew when it wakes up. */
const allowed = { messages: 300, milliseconds: 60_000 }
const counts = new WeakMap<LiveSocket, { since: number; messages: number }>()

type Answer = WatchAnswer<Sent> | UnwatchAnswer | AttendAnswer | LookAnswer
/** Answers now. What a handler returns is said some turns later, and not at all where it has spoken. */
export type Say = (answer: Answer) => void
type Handler = (socket: LiveSocket, payload: unknown, say: Say) => Answer | Promise<Answer>
/** What answers a message, by its name. Payloads are whatever somebody sent. */
export type Handlers = Readonly<Record<string, Handler>>

/**
 * Answers the messages that have a handler, of each socket that it is called with. Whatever else a socket says is counted
 * and ignored. The listeners are the same for all sockets: one of each socket's own would be held as long as the socket.
 */
export function answering(handlers: Handlers, parts: { log: Log; metrics: Metrics }): (socket: LiveSocket) => void {
  function hear(this: LiveSocket, name: unknown, payload: unknown, answer: unknown): void {
    const handler = typeof name === 'string' && Object.hasOwn(handlers, name) ? handlers[name] : undefined
    if (!handler) parts.metrics.unknownMessages.inc()
    else reply(answer, (say) => limited(this, () => handler(this, payload, say)), parts)
  }
  return (socket) => void socket.onAny(hear)
}

async function limited(socket: LiveSocket, act: () => Answer | Promise<Answer>): Promise<Answer> {
  return isSpent(socket) ? { ok: false, code: 'rate_limited' } : act()
}

function isSpent(socket: LiveSocket): boolean {
  const now = performance.now()
  const held = counts.get(socket)
  const count = held && now - held.since < allowed.milliseconds ? held : { since: now, messages: 0 }
  if (count !== held) counts.set(socket, count)
  count.messages += 1
  return count.messages > allowed.messages
}

type Act = (say: Say) => Promise<Answer>

function reply(answer: unknown, act: Act, { log, metrics }: { log: Log; metrics: Metrics }): void {
  const send = typeof answer === 'function' ? (answer as Say) : () => undefined
  let said = false
  const say: Say = (value) => {
    if (said) return
    said = true
    send(value)
    metrics.socketAnswers.inc({ code: value.ok ? 'ok' : value.code })
  }
  act(say)
    .catch((error: unknown): Answer => {
      log[levelOf(error)]({ err: error }, 'a socket message failed')
      return { ok: false, code: 'unavailable' }
    })
    .then(say)
    .catch((error: unknown) => log.error({ err: error }, 'a socket message could not be answered'))
}
