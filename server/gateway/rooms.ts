import type { StreamEvent } from '#shared/protocol/events.ts'
import type { ClosedFrame, EventsFrame } from '#shared/protocol/socket.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import type { Face, VisitorEvent } from '#shared/protocol/visitors.ts'
import { readEvents, readHeads, type LoggedEvent, type Revocation } from '../core/event-log.ts'
import type { SessionReader } from '../auth/sessions.ts'
import { batched, stormPace } from '../db/batched.ts'
import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Feed } from '../relay/feed.ts'
import { followHeads } from '../relay/heads.ts'
import { broadcast } from './broadcast.ts'
import { isPerson, type Visitor } from './caller.ts'
import type { LiveServers, LiveSocket } from './live.ts'
import { asSent, Outbox } from './outbox.ts'
import type { Heads } from './rights.ts'
import { Room, type Via } from './room.ts'
import { Stall } from './stall.ts'
import { asVisitorGets, leaverIn, newFaceIn, writerIn } from './visitor-view.ts'

/**
 * How a socket is somewhere: while `joining` it can be `evicted` already, and it gets frames only once it is `live`.
 */
export type Entry = { as: 'joining' | 'live' | 'person'; evicted?: true }
/** `writers`: the members whose faces the visitors in an audience are told of. */
type Visitors = { outbox: Outbox<VisitorEvent>; writers: Set<string> }
/**
 * `below`: the audiences of streams below this one, which its evictions concern, too. `visitors`: null where there has
 * been none, as nearly everywhere.
 */
type Audience = {
  room: Room
  outbox: Outbox<StreamEvent>
  visitors: Visitors | null
  sockets: Map<LiveSocket, Entry>
  parent: Audience | null
  below: Set<Audience>
}

type Parts = {
  sql: Sql
  feed: Feed
  log: Log
  metrics: Metrics
  sessions: SessionReader
  /** Told whenever a socket gets nothing of the stream any more. */
  left: (stream: Stream, socket: LiveSocket) => void
  /** Told when visitors do not know how somebody who wrote to them is called and looks: it is to be looked up and told. */
  facesUnknown: (stream: Stream) => void
  /** Told before the heads are read, and then of each stream as soon as everything is delivered that it had by then. */
  gather: () => void
  reached: (stream: Stream) => void
}

/** How a socket comes in, and what its stream is below. */
type Way = { as?: 'joining' | 'person'; parent?: Stream | null }

/** The streams that this node's sockets watch. */
export class Rooms {
  private readonly io: LiveServers
  private readonly parts: Parts
  private readonly audiences = new Map<Stream, Audience>()
  private readonly streamsOf = new Map<LiveSocket, Set<Stream>>()
  private readonly heads
  private readonly ended
  private readonly stopHeads: () => void
  private readonly stall: Stall
  /** One for all sockets. */
  private readonly over: (this: LiveSocket) => void

  constructor(io: LiveServers, parts: Parts) {
    const { sql, feed, log, sessions } = parts
    this.io = io
    this.parts = parts
    const forget = (socket: LiveSocket) => this.forget(socket)
    this.over = function () {
      forget(this)
    }
    this.heads = batched<Stream, number | undefined>(async (streams) => {
      const heads = await readHeads(sql, streams)
      return streams.map((stream) => heads.get(stream))
    }, stormPace)
    this.ended = batched<string, boolean>(async (ids) => {
      const ended = new Set(await sessions.endedAmong([...ids]))
      return ids.map((id) => ended.has(id))
    }, stormPace)
    this.stall = new Stall(() => this.endDeadSessions(), log)
    // a hint that is not heard is found by the heads
    feed.listen(({ stream, events }) => {
      if (!this.stall.holds()) this.audiences.get(stream)?.room.hear(events)
    })
    this.stopHeads = followHeads({
      streams: () => {
        parts.gather()
        return this.streams()
      },
      read: (streams) => readHeads(sql, streams),
      found: (stream, head) => this.foundHead(stream, head),
      log,
    })
  }

  /**
   * Follows the person's own stream for as long as the socket lives, so that the end of its session reaches it at once.
   * The session is looked at again after entering: it may have ended since the handshake.
   */
  async enterPerson(socket: LiveSocket): Promise<void> {
    if (!isPerson(socket.data)) return
    const { userId, sessionId } = socket.data
    const stream = streamOf('user', userId)
    this.enter(stream, socket, { as: 'person' })
    try {
      const [head, ended] = await Promise.all([this.heads.load(stream), this.ended.load(sessionId)])
      this.room(stream)?.start(head ?? 0)
      if (ended) this.signOut(socket)
    } catch (error) {
      // unknown is not signed in: the client comes back by itself
      this.parts.log.warn({ err: error }, 'a connection could not be verified')
      socket.conn.close()
    }
  }

  /** Enters a socket so that an eviction finds it, before anybody has looked whether it may be here (S5). */
  enter(stream: Stream, socket: LiveSocket, { as = 'joining', parent = null }: Way = {}): Entry {
    const audience = this.audienceOf(stream, parent)
    const entry: Entry = { as }
    audience.sockets.set(socket, entry)
    this.streamsOf.set(socket, (this.streamsOf.get(socket) ?? new Set()).add(stream))
    if (!isPerson(socket.data)) audience.visitors ??= this.openToVisitors(stream)
    return entry
  }

  /** How the socket is in now: not by the entry that somebody holds where it was evicted and came again meanwhile. */
  entryOf(stream: Stream, socket: LiveSocket): Entry | undefined {
    return this.audiences.get(stream)?.sockets.get(socket)
  }

  room(stream: Stream): Room | undefined {
    return this.audiences.get(stream)?.room
  }

  /** From the next frame on the socket gets what is delivered; everything up to now it has been given. */
  makeLive(stream: Stream, socket: LiveSocket): void {
    const audience = this.audiences.get(stream)
    if (!audience) return
    flush(audience)
    audience.sockets.set(socket, { as: 'live' })
    void socket.join(stream)
  }

  /** Tells visitors of a stream, or one of them, how members who wrote there are called and look; and of whatever changes. */
  showFaces(stream: Stream, faces: Face[], facesAt: number, socket?: LiveSocket): void {
    const visitors = this.audiences.get(stream)?.visitors
    for (const { memberId } of faces) visitors?.writers.add(memberId)
    const frame = { stream, faces, facesAt }
    if (socket) socket.emit('faces', frame)
    else broadcast(this.io.visitors, stream, 'faces', frame)
  }

  leave(stream: Stream, socket: LiveSocket): void {
    void socket.leave(stream)
    const audience = this.audiences.get(stream)
    if (!audience) return
    if (isPerson(socket.data) && stream === streamOf('user', socket.data.userId) && socket.connected)
      audience.sockets.set(socket, { as: 'person' })
    else this.remove(audience, socket)
  }

  /** The users with a socket here that watches the stream. */
  usersIn(stream: Stream): Set<string> {
    const callers = [...(this.audiences.get(stream)?.sockets.keys() ?? [])].map(({ data }) => data)
    return new Set(callers.filter(isPerson).map(({ userId }) => userId))
  }

  /** One of the visitors whose socket here watches the stream: none that nobody has looked at yet whether it may. */
  visitorIn(stream: Stream): Visitor | undefined {
    const live = [...(this.audiences.get(stream)?.sockets ?? [])].filter(([, { as }]) => as === 'live')
    return live.map(([{ data }]) => data).find((caller): caller is Visitor => !isPerson(caller))
  }

  /** Whether more was delivered here, of the stream or of the one above it, than somebody has read. */
  isBeyond(stream: Stream, { position, above }: Heads): boolean {
    const room = this.room(stream)
    return room !== undefined && (room.position > position || (room.above?.position ?? 0) > (above ?? 0))
  }

  /** Ends the sockets of these sessions, whatever they watch. Answers how many sessions had one. */
  endSessions(ids: ReadonlySet<string>): number {
    const sockets = this.people().filter((socket) => ids.has(sessionOf(socket)))
    for (const socket of sockets) this.signOut(socket)
    return new Set(sockets.map(sessionOf)).size
  }

  streams(): Stream[] {
    return [...this.audiences.keys()]
  }

  /** Looks up the sessions of all sockets, in one query. Answers how many of them had ended. */
  async endDeadSessions(): Promise<number> {
    const held = new Set(this.people().map(sessionOf))
    if (held.size === 0) return 0
    return this.endSessions(new Set(await this.parts.sessions.endedAmong([...held])))
  }

  /** Resolves at once, unless this process stood still and its sockets have not been verified since. */
  verified(): Promise<void> {
    return this.stall.passed()
  }

  counts(): { sockets: number; visitors: number; streams: number } {
    const { people, visitors } = this.io
    return {
      sockets: people.of('/').sockets.size,
      visitors: visitors.of('/').sockets.size,
      streams: this.audiences.size,
    }
  }

  close(): void {
    this.stopHeads()
    this.stall.stop()
    for (const audience of [...this.audiences.values()]) this.closeAudience(audience)
  }

  private people(): LiveSocket[] {
    return [...this.io.people.of('/').sockets.values()]
  }

  private audienceOf(stream: Stream, parent: Stream | null): Audience {
    return this.audiences.get(stream) ?? this.openAudience(stream, parent && this.audienceOf(parent, null))
  }

  private openAudience(stream: Stream, parent: Audience | null): Audience {
    const { sql, feed, metrics } = this.parts
    const room = new Room(
      stream,
      parent?.room ?? null,
      async (name, after, limit) => {
        metrics.gapReads.inc()
        const read = await readEvents(sql, name, after, limit)
        await this.verified()
        return read
      },
      (events, via) => this.deliver(audience, events, via),
    )
    const outbox = new Outbox(stream, asSent, (frame) => broadcast(this.io.people, stream, 'events', frame))
    const audience: Audience = { room, outbox, visitors: null, sockets: new Map(), parent, below: new Set() }
    parent?.below.add(audience)
    this.audiences.set(stream, audience)
    feed.follow(stream)
    return audience
  }

  private openToVisitors(stream: Stream): Visitors {
    const send = (frame: EventsFrame<VisitorEvent>) => broadcast(this.io.visitors, stream, 'events', frame)
    return { outbox: new Outbox(stream, asVisitorGets, send), writers: new Set() }
  }

  private closeAudience(audience: Audience): void {
    const { room, outbox, visitors, parent } = audience
    room.close()
    outbox.close()
    visitors?.outbox.close()
    this.audiences.delete(room.stream)
    this.parts.feed.unfollow(room.stream)
    parent?.below.delete(audience)
    if (parent) this.closeIfLeft(parent)
  }

  private closeIfLeft(audience: Audience): void {
    const isOpen = this.audiences.get(audience.room.stream) === audience
    if (isOpen && audience.sockets.size === 0 && audience.below.size === 0) this.closeAudience(audience)
  }

  /** In order, and whoever loses the right with an event is out before anything after it is sent (S5). */
  private deliver(audience: Audience, events: LoggedEvent[], via: Via): void {
    const { metrics } = this.parts
    for (const event of events) {
      metrics.relayLag.observe({ via }, ageOf(event))
      if (!event.revokes) {
        this.push(audience, event)
        continue
      }
      flush(audience)
      this.revoke(audience, event, event.revokes)
      metrics.revocation.observe(ageOf(event))
    }
  }

  private revoke(audience: Audience, event: LoggedEvent, revokes: Revocation): void {
    const { stream } = audience.room
    if ('everyone' in revokes) {
      this.push(audience, event)
      flush(audience)
      this.evict(audience, () => true, { stream, code: 'deleted' })
      return
    }
    if ('session' in revokes) {
      // every socket of the session follows its person's own stream, which is this one
      for (const socket of [...audience.sockets.keys()]) {
        if (sessionOf(socket) === revokes.session) this.signOut(socket)
      }
    } else {
      const isOne = ({ data }: LiveSocket) => isPerson(data) && revokes.users.includes(data.userId)
      this.evict(audience, isOne, { stream, code: 'removed' })
    }
    this.push(audience, event)
  }

  private push(audience: Audience, event: LoggedEvent): void {
    audience.outbox.push([event])
    if (audience.visitors) this.pushToVisitors(audience.room.stream, audience.visitors, event)
    if (audience.below.size > 0) this.tellBelow(audience, event)
  }

  private pushToVisitors(stream: Stream, { outbox, writers }: Visitors, event: LoggedEvent): void {
    outbox.push([event])
    const writer = writerIn(event)
    if (writer === null || writers.has(writer)) return
    writers.add(writer)
    this.parts.facesUnknown(stream)
  }

  /** What visitors below a workspace have to learn from its stream, which they do not see. */
  private tellBelow({ below }: Audience, event: LoggedEvent): void {
    const face = newFaceIn(event)
    if (face) {
      for (const { room, visitors } of below) {
        if (visitors?.writers.has(face.memberId)) this.showFaces(room.stream, [face], event.position)
      }
    }
    const leaver = leaverIn(event)
    if (leaver !== null) {
      for (const { room, visitors } of below) if (visitors?.writers.has(leaver)) this.parts.facesUnknown(room.stream)
    }
    if (event.type !== 'agent.updated' || event.data.agent.messenger.on) return
    const { id } = event.data.agent
    const isShut = ({ data }: LiveSocket) => !isPerson(data) && data.agentId === id
    for (const one of [...below]) this.evict(one, isShut, { stream: one.room.stream, code: 'removed' })
  }

  private evict(audience: Audience, who: (socket: LiveSocket) => boolean, frame: ClosedFrame): void {
    for (const below of [...audience.below]) this.evict(below, who, { ...frame, stream: below.room.stream })
    for (const [socket, entry] of [...audience.sockets]) {
      if (!who(socket)) continue
      this.leave(frame.stream, socket)
      // whoever is only on the way in is told by the answer to their `watch`: they may be let in again by now
      if (entry.as === 'joining') entry.evicted = true
      else socket.emit('closed', frame)
    }
  }

  private signOut(socket: LiveSocket): void {
    for (const stream of this.streamsOf.get(socket) ?? []) {
      if (this.audiences.get(stream)?.sockets.get(socket)?.as !== 'live') continue
      void socket.leave(stream)
      socket.emit('closed', { stream, code: 'signed_out' })
    }
    this.forget(socket)
    socket.disconnect(true)
  }

  /** Forgets the socket when its connection is over. */
  forgetAfter(socket: LiveSocket): void {
    socket.on('disconnect', this.over)
  }

  private forget(socket: LiveSocket): void {
    for (const stream of [...(this.streamsOf.get(socket) ?? [])]) {
      const audience = this.audiences.get(stream)
      if (audience) this.remove(audience, socket)
    }
    this.streamsOf.delete(socket)
  }

  private remove(audience: Audience, socket: LiveSocket): void {
    audience.sockets.delete(socket)
    this.streamsOf.get(socket)?.delete(audience.room.stream)
    this.parts.left(audience.room.stream, socket)
    this.closeIfLeft(audience)
  }

  /** A head that the poll saw: undefined where the stream is gone, so that a lost `workspace.deleted` is noticed too. */
  private foundHead(stream: Stream, head: number | undefined): void {
    const audience = this.audiences.get(stream)
    if (!audience || this.stall.holds()) return
    const { log, reached } = this.parts
    if (head === undefined) this.evict(audience, () => true, { stream, code: 'deleted' })
    else if (!audience.room.isBehind(head)) reached(stream)
    else {
      audience.room
        .reach(head)
        .then(() => reached(stream))
        .catch((error: unknown) => log.warn({ err: error, stream }, 'a stream could not be read'))
    }
  }
}

function flush({ outbox, visitors }: Audience): void {
  outbox.flush()
  visitors?.outbox.flush()
}

function sessionOf({ data }: LiveSocket): string {
  return isPerson(data) ? data.sessionId : ''
}

/** Seconds since the event's moment, as far as the clocks agree. */
function ageOf({ at }: LoggedEvent): number {
  return Math.max(0, (Date.now() - Date.parse(at)) / 1000)
}
