import type { Attend, AttendAnswer, AttentionFrame } from '#shared/protocol/attention.ts'
import type { StreamEvent } from '#shared/protocol/events.ts'
import type { Look, LookAnswer, PresenceFrame } from '#shared/protocol/presence.ts'
import type { Watch, WatchAnswer } from '#shared/protocol/socket.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { Reached } from './http.ts'
import { Listeners } from './listeners.ts'
import { isOffline, watchPage } from './page.ts'
import type { Door, SocketListeners } from './socket.ts'
import { StreamSync, type ClosedCode, type Snapshot, type Source } from './sync.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline'

type AnySync = StreamSync<never, never>

/** One connection, and the streams that are kept by it. It is made with the first of them. */
export class Streams {
  private state: Connection = 'connecting'
  private door: Door | null = null
  private readonly open: () => Promise<void>
  /** Several states can be kept from one stream. */
  private readonly syncs = new Map<Stream, Set<AnySync>>()
  private readonly connections = new Listeners<[Connection, Connection]>()
  private readonly attentive = new Listeners<[AttentionFrame]>()
  private readonly present = new Listeners<[PresenceFrame]>()
  private readonly page = new AbortController()

  /** `refused`: the server did not let the connection in, so the session may be over. */
  constructor({ refused, ...reached }: Pick<Reached, 'url' | 'headers'> & { refused: () => void }) {
    const listeners: SocketListeners = {
      connected: () => this.connected(),
      disconnected: () => this.lost(),
      refused,
      events: ({ stream, events }) => {
        for (const sync of this.of(stream)) sync.hear(events as never[])
      },
      closed: ({ stream, code }) => {
        if (code === 'signed_out') refused()
        else for (const sync of this.of(stream)) sync.hearClosed(code)
      },
      attention: (frame) => this.attentive.tell(frame),
      presence: (frame) => this.present.tell(frame),
    }
    // it comes after whatever can be shown without it
    this.open = async () => {
      const { createDoor } = await import('./socket.ts')
      if (this.page.signal.aborted) return
      this.door ??= createDoor(listeners, reached)
      this.door.open()
    }
    watchPage({ back: () => this.doubt(), lost: () => this.lost() }, this.page)
  }

  get connection(): Connection {
    return this.state
  }

  /** Hears each change of the connection, with what it was before. Answers how to stop. */
  subscribe(listener: (connection: Connection, before: Connection) => void): () => void {
    return this.connections.add(listener)
  }

  /** Keeps a stream's state until the answer is called. */
  follow<State, Event extends StreamEvent>(source: Source<State, Event>, held?: Snapshot<State>): () => void {
    const { stream } = source
    const watch = async (asked: Watch) => {
      const answer = await this.opened().watch(asked)
      for (const other of this.of(stream)) if (other !== kept) overhear(other, answer)
      return answer
    }
    const sync = new StreamSync(source, { isConnected: () => this.isConnected(), watch, wait }, held)
    const kept = sync as unknown as AnySync
    this.syncs.set(stream, new Set([...this.of(stream), kept]))
    void this.connect()
    sync.catchUp()
    return () => {
      sync.stop()
      const syncs = this.syncs.get(stream)
      if (!syncs?.delete(kept) || syncs.size > 0) return
      this.syncs.delete(stream)
      this.door?.unwatch(stream)
    }
  }

  /** Hears who attends to the conversations of agents whose streams are followed, until the answer is called. */
  listenToAttention(hear: (frame: AttentionFrame) => void): () => void {
    return this.attentive.add(hear)
  }

  /** Says which conversation is on the screen, and whether somebody types there. Rejects without an answer. */
  async attend(attend: Attend): Promise<AttendAnswer> {
    return this.opened().attend(attend)
  }

  /** Hears who is in the workspaces whose streams are followed, and where, until the answer is called. */
  listenToPresence(hear: (frame: PresenceFrame) => void): () => void {
    return this.present.add(hear)
  }

  /** Says which page of a workspace is on the screen. Rejects without an answer. */
  async look(look: Look): Promise<LookAnswer> {
    return this.opened().look(look)
  }

  /** After sleep or a change of network: asks for whatever was missed, at once. */
  doubt(): void {
    if (this.isConnected()) this.connected()
    else void this.connect()
  }

  /** For good. With a code everybody who follows a stream is told why. */
  end(code?: ClosedCode): void {
    this.page.abort()
    for (const sync of this.all()) {
      if (code) sync.close(code)
      else sync.stop()
    }
    this.syncs.clear()
    this.door?.close()
  }

  private isConnected(): boolean {
    return this.door?.isConnected() ?? false
  }

  private opened(): Door {
    if (!this.door) throw new Error('There is no connection yet.')
    return this.door
  }

  /** Again and again, where even what it is made with cannot be loaded. */
  private async connect(): Promise<void> {
    for (let failed = true; failed && !this.page.signal.aborted;) {
      failed = await this.open().then(
        () => false,
        () => true,
      )
      if (failed) await wait(4_000)
    }
  }

  private of(stream: Stream): AnySync[] {
    return [...(this.syncs.get(stream) ?? [])]
  }

  private all(): AnySync[] {
    return [...this.syncs.values()].flatMap((syncs) => [...syncs])
  }

  private connected(): void {
    this.become('live')
    for (const sync of this.all()) sync.catchUp()
  }

  private lost(): void {
    if (!this.page.signal.aborted) this.become(isOffline() ? 'offline' : 'reconnecting')
  }

  private become(connection: Connection): void {
    const before = this.state
    this.state = connection
    if (before !== connection) this.connections.tell(connection, before)
  }
}

function overhear(sync: AnySync, answer: WatchAnswer): void {
  if (answer.ok) sync.overhear(answer.position, 'events' in answer ? (answer.events as never[]) : [])
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
