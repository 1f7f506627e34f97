import type { StreamEvent } from '#shared/protocol/events.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '../core/event-log.ts'

/** The least time between two frames of one stream under load, in milliseconds. A single event does not wait. */
const pace = 5

/** Gathers the consecutive events of one stream into frames: the first goes at once, those close behind it together. */
export class Outbox<Event> {
  private readonly send: (frame: { stream: Stream; events: Event[] }) => void
  private readonly stream: Stream
  private readonly shape: (event: LoggedEvent) => Event
  private waiting: Event[] = []
  private timer: NodeJS.Timeout | null = null

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
    this.waiting.push(...events.map(this.shape))
    if (!this.timer) this.flush()
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
    // a large audience takes long to reach: what comes meanwhile shares the next frame
    const took = performance.now() - started
    this.timer = setTimeout(
      () => {
        this.timer = null
        this.flush()
      },
      Math.max(pace, took),
    )
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
