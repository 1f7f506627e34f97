import type { Stream } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '../core/event-log.ts'

export type ReadLog = (stream: Stream, after: number, limit: number) => Promise<LoggedEvent[]>

/** Whether the feed told of events or the log had to be asked. */
export type Via = 'hint' | 'log'

/** What becomes of events once they are next in line: the gateway evicts and sends. */
export type Deliver = (events: LoggedEvent[], via: Via) => void

const mostRemembered = 256
const readAtOnce = 500
/** The most events that somebody is caught up with; somebody further behind takes the snapshot. */
const mostCaughtUp = 1_000
/** How long an early event waits for its predecessor's own hint before the log is asked, in milliseconds. */
const graceForHints = 8

/**
 * One stream on this node: its last delivered position, what came too early, and a short memory for those who come back.
 * Delivers every position once and in order (S4).
 */
export class Room {
  readonly stream: Stream
  /** The workspace's room, of a stream below it: what stands behind a position of it waits for it to get there (S5). */
  readonly above: Room | null
  position = 0
  private started = false
  private closed = false
  private readonly log: ReadLog
  private readonly deliver: Deliver
  private readonly early = new Map<number, LoggedEvent>()
  private readonly remembered: LoggedEvent[] = []
  private reading: Promise<void> | null = null
  private waiting: Promise<void> | null = null
  private recalling: Promise<boolean> | null = null
  private oldestWanted = Infinity
  private grace: NodeJS.Timeout | null = null

  constructor(stream: Stream, above: Room | null, log: ReadLog, deliver: Deliver) {
    this.stream = stream
    this.above = above
    this.log = log
    this.deliver = deliver
  }

  /** Delivery begins after `position`, the head as the log had it; only the first call counts. */
  start(position: number): void {
    if (this.started) return
    this.started = true
    this.position = position
    for (const early of [...this.early.keys()]) if (early <= position) this.early.delete(early)
    this.hear([])
  }

  /** A hint from the feed. Before the start it is only kept. */
  hear(events: LoggedEvent[]): void {
    for (const event of events) if (event.position > this.position) this.early.set(event.position, event)
    if (!this.started) return
    this.advance('hint')
    if (this.early.size > 0 && !this.reading && !this.grace) {
      this.grace = setTimeout(() => {
        this.grace = null
        if (this.early.size > 0) void this.reach(Math.max(...this.early.keys())).catch(() => undefined)
      }, graceForHints)
    }
  }

  isBehind(head: number): boolean {
    return this.started && head > this.position
  }

  /**
   * Delivers up to `position` at least, from the log where no hint came. Rejects while the log cannot be read; ends early
   * where the room is closed meanwhile.
   */
  async reach(position: number): Promise<void> {
    while (this.position < position && !this.closed) {
      this.reading ??= this.readOn().finally(() => (this.reading = null))
      await this.reading
    }
  }

  /**
   * Everything after `after`, or null where that is too far back. What this room does not remember is read from the log
   * once, for all who ask for it at the time.
   */
  async eventsAfter(after: number): Promise<LoggedEvent[] | null> {
    for (;;) {
      const known = this.since(after)
      if (known) return known
      if (this.position - after > mostCaughtUp) return null
      this.oldestWanted = Math.min(this.oldestWanted, after)
      this.recalling ??= this.recall().finally(() => (this.recalling = null))
      if (!(await this.recalling)) return null
    }
  }

  /** Nothing is delivered from here on: by then a new room can have the stream's audience. */
  close(): void {
    this.closed = true
    if (this.grace) clearTimeout(this.grace)
    this.early.clear()
  }

  /** Everything after `after`; null where not all of it is remembered. */
  since(after: number): LoggedEvent[] | null {
    if (after >= this.position) return []
    const first = this.firstRemembered
    return first <= after + 1 ? this.remembered.slice(after + 1 - first) : null
  }

  private get firstRemembered(): number {
    return this.remembered[0]?.position ?? this.position + 1
  }

  /** Reads what is older than what is remembered, and remembers it until the next event. False where the log has it not. */
  private async recall(): Promise<boolean> {
    // whoever asks in this turn of the event loop shares the read
    await new Promise((resolve) => setImmediate(resolve))
    const after = this.oldestWanted
    this.oldestWanted = Infinity
    const read = await this.log(this.stream, after, mostCaughtUp)
    const older = read.filter(({ position }) => position < this.firstRemembered)
    if (older[0]?.position !== after + 1) return false
    if (older.at(-1)?.position === this.firstRemembered - 1) this.remembered.unshift(...older)
    return true
  }

  private async readOn(): Promise<void> {
    const events = await this.log(this.stream, this.position, readAtOnce)
    const before = this.position
    await this.above?.reach(Math.max(0, ...events.map(({ behind }) => behind ?? 0)))
    for (const event of events) if (event.position > this.position) this.early.set(event.position, event)
    this.advance('log')
    // a stream that ended has no log to read any more: whoever waits for a position must not wait for ever
    if (events.length === 0 && this.position === before) throw new Error(`${this.stream} has no event after ${before}`)
  }

  /** Whether this event stands behind something above that is not delivered yet. Then that is fetched first. */
  private mustWait({ behind }: LoggedEvent): boolean {
    if (!this.above || behind === null || behind <= this.above.position) return false
    this.waiting ??= this.above
      .reach(behind)
      .finally(() => (this.waiting = null))
      // where it cannot be read now, the heads bring both
      .then(
        () => this.advance('hint'),
        () => undefined,
      )
    return true
  }

  private advance(via: Via): void {
    if (this.closed) return
    const ready: LoggedEvent[] = []
    for (;;) {
      const next = this.early.get(this.position + 1)
      if (!next || this.mustWait(next)) break
      this.early.delete(next.position)
      this.position = next.position
      ready.push(next)
    }
    if (ready.length === 0) return
    this.remembered.push(...ready)
    if (this.remembered.length > mostRemembered) this.remembered.splice(0, this.remembered.length - mostRemembered)
    this.deliver(ready, via)
  }
}
