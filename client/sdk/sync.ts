import type { ClosedFrame, Watch, WatchAnswer } from '#shared/protocol/socket.ts'
import type { Stream } from '#shared/protocol/streams.ts'

export type Snapshot<State> = { position: number; epoch: string; state: State }
export type ClosedCode = ClosedFrame['code']

/** One stream, as the client wants it. */
export type Source<State, Event> = {
  stream: Stream
  /** The state over HTTP; null where there is no such thing to see any more. */
  takeSnapshot: () => Promise<Snapshot<State> | null>
  apply: (state: State, event: Event) => State
  /** The new state, and what led to it: no events after a snapshot. */
  changed: (state: State, news: { events: Event[]; before: State | null }) => void
  /** The snapshot could not be taken; it is tried again. */
  failed?: (error: unknown) => void
  /** Nothing more will come. */
  closed: (code: ClosedCode) => void
}

export type Transport = {
  isConnected: () => boolean
  /** Rejects where the connection is lost before the answer. */
  watch: (watch: Watch) => Promise<WatchAnswer>
  wait: (milliseconds: number) => Promise<void>
}

type Round = 'done' | 'again' | 'later'

/**
 * Keeps a copy of a stream's state: snapshot, watch, events; a gap or a new connection is caught up from the log, a
 * reset takes the snapshot anew. Each position is applied once and in order, whatever is lost, repeated or delayed.
 */
export class StreamSync<State, Event extends { position: number }> {
  private readonly source: Source<State, Event>
  private readonly transport: Transport
  private held: Snapshot<State> | null
  private readonly early = new Map<number, Event>()
  private run = 0
  private catchingUp = false
  private ended = false
  /** Whether a frame said while this was catching up that it is over, and why. The answer to a later watch tells. */
  private doubted = false
  private why: ClosedCode = 'removed'

  constructor(source: Source<State, Event>, transport: Transport, held: Snapshot<State> | null = null) {
    this.source = source
    this.transport = transport
    this.held = held
  }

  /** Begins, or begins anew: on a connection, after sleep, on any doubt. What an older run still gets is ignored. */
  catchUp(): void {
    if (this.ended) return
    this.run += 1
    this.doubted = false
    this.early.clear()
    this.catchingUp = true
    void this.work(this.run)
  }

  hear(events: Event[]): void {
    if (this.ended) return
    for (const event of events) this.early.set(event.position, event)
    if (this.catchingUp || !this.held) return
    this.advance()
    if (this.early.size > 0) this.catchUp()
  }

  /**
   * What another sync of the same stream was answered as it watched: while it did, this connection was sent nothing, so
   * what stands before `position` may be missing here.
   */
  overhear(position: number, events: Event[]): void {
    this.hear(events)
    if (this.ended || this.catchingUp || !this.held) return
    if (this.held.position < position) this.catchUp()
  }

  /**
   * The server closed the stream. While this catches up, that may be about an earlier watch: who was removed and is back
   * can hear of the removal last, so it is asked once more whether anything comes.
   */
  hearClosed(code: ClosedCode): void {
    if (!this.catchingUp) return this.close(code)
    this.doubted = true
    this.why = code
  }

  close(code: ClosedCode): void {
    if (this.ended) return
    this.stop()
    this.source.closed(code)
  }

  stop(): void {
    this.ended = true
    this.run += 1
    this.early.clear()
  }

  private async work(run: number): Promise<void> {
    for (let failures = 0; run === this.run;) {
      const round = await this.round(run).catch((): Round => 'later')
      if (run !== this.run) return
      if (round === 'done' && !this.doubted) {
        this.catchingUp = false
        return
      }
      if (round === 'done') {
        this.doubted = false
        continue
      }
      failures += 1
      if (round === 'later' || failures > 2) await this.transport.wait(backoff(failures))
    }
  }

  private async round(run: number): Promise<Round> {
    if (!this.held) {
      const snapshot = await this.snapshot(run)
      if (run !== this.run) return 'done'
      if (!snapshot) return this.gone()
      this.held = snapshot
      this.source.changed(snapshot.state, { events: [], before: null })
    }
    if (!this.transport.isConnected()) return 'done'
    const { position, epoch } = this.held
    const answer = await this.transport.watch({ stream: this.source.stream, after: position, epoch })
    if (run !== this.run) return 'done'
    if (!answer.ok) return answer.code === 'not_found' ? this.gone() : 'later'
    if ('reset' in answer) return this.forget()
    for (const event of answer.events as unknown as Event[]) this.early.set(event.position, event)
    this.advance()
    return this.early.size > 0 ? 'again' : 'done'
  }

  private async snapshot(run: number): Promise<Snapshot<State> | null> {
    try {
      return await this.source.takeSnapshot()
    } catch (error) {
      if (run === this.run) this.source.failed?.(error)
      throw error
    }
  }

  private gone(): Round {
    this.close(this.why)
    return 'done'
  }

  private forget(): Round {
    this.held = null
    this.early.clear()
    return 'again'
  }

  /** Applies what is next in line and drops what has been applied already. */
  private advance(): void {
    if (!this.held) return
    const before = this.held.state
    let { position, state } = this.held
    const events: Event[] = []
    for (let next = this.early.get(position + 1); next; next = this.early.get(position + 1)) {
      state = this.source.apply(state, next)
      position = next.position
      events.push(next)
    }
    for (const known of [...this.early.keys()]) if (known <= position) this.early.delete(known)
    if (events.length === 0) return
    this.held = { ...this.held, position, state }
    this.source.changed(state, { events, before })
  }
}

/** Milliseconds until the next attempt: longer each time, and spread, so that pages do not come back in step. */
function backoff(failures: number): number {
  return Math.min(10_000, 250 * 2 ** failures) * (0.5 + Math.random())
}
