import type { StreamEvent } from '#shared/protocol/events.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '../core/event-log.ts'

/** Each frame is counted so many times as long as it took to send: a stream is sent for two thirds of the time at most ... */
const weight = 1.5
/** ... beyond so many milliseconds that it has saved up: a few events close behind one another do not wait. */
const savings = 10

/**
 * Gathers the consecutive events of one stream into frames: what is told together, and what comes while a large audience is
 * still being reached.
 */
export class Outbox<Event> {
  private readonly send: (frame: { stream: Stream; events: Event[] }) => void
  private readonly stream: Stream
  private readonly shape: (event: LoggedEvent) => Event
  private waiting: Event[] = []
  private timer: NodeJS.Timeout | null = null
  /** The moment at which what was sent so far is paid for. */
  private paidAt = 0

  /** `shape`: an event as whoever listens gets it. */
  constructor(
    stream: Stream,
    shape: (event: LoggedEvent) => Event,
    send: (frame: { stream: Stream; events: Event[] }) => void,
  ) {
    this.stream = stream
    this.shape = shape
    this.send = send
  }

  push(events: LoggedEvent[]): void {
    const isFirst = this.waiting.length === 0
    this.waiting.push(...events.map(this.shape))
    if (!isFirst) return
    const pause = this.paidAt - savings - performance.now()
    if (pause > 0) this.timer = setTimeout(() => this.flush(), pause)
    // behind the rest of what is told now
    else queueMicrotask(() => this.flush())
  }

  /** Sends what waits now: before anybody joins or leaves the audience. */
  flush(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    if (this.waiting.length === 0) return
    const events = this.waiting
    this.waiting = []
    const started = performance.now()
    this.send({ stream: this.stream, events })
    const took = performance.now() - started
    this.paidAt = Math.max(this.paidAt, started) + weight * took
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.waiting = []
  }
}

/** As a client gets it: whom it shuts out, and what it stands behind, is the gateway's matter. */
export function asSent({ revokes: _, behind: __, ...event }: LoggedEvent): StreamEvent {
  return event as StreamEvent
}
