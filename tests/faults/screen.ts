import { io, type Socket } from 'socket.io-client'
import { StreamSync, type Snapshot, type Source } from '#client/sdk/sync.ts'
import { visitorSocketPath } from '#shared/messenger.ts'
import type { StreamEvent } from '#shared/protocol/events.ts'
import type { ClientToServer, Watch, WatchAnswer } from '#shared/protocol/socket.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { FacesFrame, ServerToVisitor, VisitorHandshake } from '#shared/protocol/visitors.ts'
import { keepFaces, type KnownFaces } from '../support/faces.ts'
import type { Topology } from './topology.ts'

/**
 * Frames, and what `watch` was answered with: everything behind `after` up to `answered`. Both are null for a frame, and
 * `after` where the page was told to begin anew.
 */
type Heard = { at: number; stream: Stream; events: StreamEvent[]; after: number | null; answered: number | null }
type Closed = { at: number; stream: Stream; code: string }
type Change = { at: number; node: string; connected: boolean }

/** One state as this screen shows it. */
export type Kept = { stream: Stream; position: number; state: unknown; closed: string | null }

export type Followed<State> = {
  stream: Stream
  takeSnapshot: () => Promise<Snapshot<State> | null>
  apply: (state: State, event: never) => State
  /** Hears each state that the page shows. */
  shown?: (state: State) => void
  /** Hears what each event was, once it is applied. */
  news?: (event: StreamEvent) => void
  /** Called where the same stream is followed anew. */
  over?: () => void
}

type Asked = {
  topology: Topology
  headers: () => Record<string, string>
  /** The node that somebody is sent to who is not to come to this one. */
  choose: (except?: string) => { name: string; port: number }
  /** Whose page it is, where it is a visitor's. */
  visitor?: VisitorHandshake
}

/** How long a page waits that was refused behind the upgrade, in milliseconds. */
const refusedPause = 1_000

/**
 * Somebody's open page: the client's own `StreamSync` over a real socket, moved to another node whenever its own is
 * lost, as behind a load balancer. Keeps everything that it hears.
 */
export class Screen {
  readonly heard: Heard[] = []
  readonly closed: Closed[] = []
  readonly changes: Change[] = []
  readonly kept = new Map<Stream, Kept>()
  /** Of a visitor's page: what it was told of members, and what it shows of them in each conversation. */
  readonly told: FacesFrame[] = []
  readonly faces = new Map<Stream, KnownFaces>()
  private readonly syncs = new Map<Stream, StreamSync<unknown, never>>()
  private readonly overs = new Map<Stream, () => void>()
  private readonly socket: Socket<ServerToVisitor<StreamEvent>, ClientToServer>
  private node: string
  private readonly identify: () => void
  private again: NodeJS.Timeout | undefined
  private ended = false

  constructor({ topology, headers, choose, visitor }: Asked) {
    const first = choose()
    this.node = first.name
    this.socket = io(`http://127.0.0.1:${first.port}`, {
      ...(visitor && { path: visitorSocketPath, auth: visitor }),
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: 200,
      reconnectionDelayMax: 1_000,
      randomizationFactor: 0.6,
      timeout: 4_000,
    })
    const { socket } = this
    this.identify = () => {
      socket.io.opts.extraHeaders = { ...headers(), Host: topology.host, Origin: topology.origin }
    }
    socket.io.on('reconnect_attempt', () => {
      const next = choose(this.node)
      this.node = next.name
      Reflect.set(socket.io, 'uri', `http://127.0.0.1:${next.port}`)
      this.identify()
    })
    socket.on('connect', () => {
      this.changes.push({ at: Date.now(), node: this.node, connected: true })
      for (const sync of this.syncs.values()) sync.catchUp()
    })
    socket.on('connect_error', () => {
      if (!socket.active && !this.ended) this.again = setTimeout(() => this.open(), refusedPause)
    })
    socket.on('disconnect', () => this.changes.push({ at: Date.now(), node: this.node, connected: false }))
    socket.on('events', ({ stream, events }) => {
      this.heard.push({ at: Date.now(), stream, events, after: null, answered: null })
      this.syncs.get(stream)?.hear(events as never[])
    })
    socket.on('faces', (frame) => this.showFaces(frame))
    socket.on('closed', ({ stream, code }) => {
      this.closed.push({ at: Date.now(), stream, code })
      if (code !== 'signed_out') this.syncs.get(stream)?.hearClosed(code)
    })
  }

  get connected(): boolean {
    return this.socket.connected
  }

  open(): void {
    this.identify()
    this.socket.connect()
  }

  /** With a new session, after a sign-in. */
  comeBack(): void {
    this.socket.disconnect()
    this.open()
  }

  /** Waits, but not for ever, until the server has ended the connection. Answers whether it has. */
  async untilCut(patience: number): Promise<boolean> {
    if (!this.socket.connected) return true
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), patience)
      this.socket.once('disconnect', () => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  /** Drops the connection as a network does that loses it, and comes back. */
  lose(): void {
    if (this.socket.connected) this.socket.io.engine.close()
  }

  showFaces(frame: FacesFrame): void {
    this.told.push(frame)
    const known = this.faces.get(frame.stream) ?? (new Map() as KnownFaces)
    this.faces.set(frame.stream, known)
    keepFaces(known, frame)
  }

  follow<State>(followed: Followed<State>): void {
    const { stream, takeSnapshot, apply, shown, news, over } = followed
    this.leave(stream)
    if (over) this.overs.set(stream, over)
    const kept: Kept = { stream, position: 0, state: null, closed: null }
    this.kept.set(stream, kept)
    const source: Source<State, StreamEvent> = {
      stream,
      takeSnapshot: async () => {
        const snapshot = await takeSnapshot()
        if (snapshot) kept.position = snapshot.position
        return snapshot
      },
      apply: (state, event) => {
        kept.position = event.position
        return apply(state, event as never)
      },
      changed: (state, { events }) => {
        kept.state = state
        shown?.(state)
        for (const event of events) news?.(event)
      },
      closed: (code) => (kept.closed = code),
    }
    const isConnected = () => this.socket.connected
    const sync = new StreamSync(source, { isConnected, watch: (watch) => this.watch(watch), wait })
    this.syncs.set(stream, sync as never)
    sync.catchUp()
  }

  /** What was shown of a stream is on the page no more. */
  leave(stream: Stream): void {
    this.overs.get(stream)?.()
    this.overs.delete(stream)
    this.syncs.get(stream)?.stop()
    this.syncs.delete(stream)
    this.kept.delete(stream)
  }

  end(): void {
    this.ended = true
    clearTimeout(this.again)
    for (const sync of this.syncs.values()) sync.stop()
    this.socket.disconnect()
  }

  /** As a page does that woke up and doubts what it has. */
  lookAgain(): void {
    for (const sync of this.syncs.values()) sync.catchUp()
  }

  /**
   * Asks to hear a stream without having it on the page, as a crafted client would. Where it is there by then, that page
   * overhears the answer: what was told meanwhile is told by that alone.
   */
  async pry(stream: Stream): Promise<void> {
    if (!this.socket.connected) return
    const answer = await this.watch({ stream, after: 0 }).catch(() => null)
    if (!answer?.ok) return
    this.syncs.get(stream)?.overhear(answer.position, ('events' in answer ? answer.events : []) as never[])
  }

  private watch(watch: Watch): Promise<WatchAnswer> {
    return new Promise((resolve, reject) => {
      // what is heard is kept at once: a promise would let a frame that came behind the answer overtake it
      this.socket.timeout(8_000).emit('watch', watch, (error: Error | null, answer: WatchAnswer) => {
        if (error) {
          this.lose()
          reject(error)
          return
        }
        // whoever asked is told by this answer, too, that the stream is not theirs any more
        if (!answer.ok && answer.code === 'not_found')
          this.closed.push({ at: Date.now(), stream: watch.stream, code: answer.code })
        if (answer.ok) {
          const [events, after] = 'events' in answer ? [answer.events, watch.after ?? 0] : [[], null]
          this.heard.push({ at: Date.now(), stream: watch.stream, events, after, answered: answer.position })
        }
        resolve(answer)
      })
    })
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
