import type { Server, Socket } from 'socket.io'
import type { ClientToServer, ClosedFrame, ServerToClient } from '#shared/protocol/socket.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { readEvents, readHeads, type LoggedEvent, type Revocation } from '../core/event-log.ts'
import type { SessionReader } from '../auth/sessions.ts'
import type { Sql } from '../db/connect.ts'
import type { Log } from '../log.ts'
import type { Feed } from '../relay/feed.ts'
import { followHeads } from '../relay/heads.ts'
import type { Caller } from './handshake.ts'
import { Outbox } from './outbox.ts'
import { Room } from './room.ts'

type None = Record<string, never>
export type LiveServer = Server<ClientToServer, ServerToClient, None, Caller>
export type LiveSocket = Socket<ClientToServer, ServerToClient, None, Caller>

/** Who is where: `joining` sockets can be evicted already, and get frames only once they are `live`. */
type Audience = { room: Room; outbox: Outbox; sockets: Map<LiveSocket, 'joining' | 'live' | 'person'> }

/** The streams that this node's sockets watch. */
export class Rooms {
  private readonly io: LiveServer
  private readonly parts: { sql: Sql; feed: Feed; log: Log }
  private readonly audiences = new Map<Stream, Audience>()
  private readonly stopHeads: () => void

  constructor(io: LiveServer, parts: { sql: Sql; feed: Feed; log: Log }) {
    this.io = io
    this.parts = parts
    parts.feed.listen(({ stream, events }) => this.audiences.get(stream)?.room.hear(events))
    this.stopHeads = followHeads({
      streams: () => [...this.audiences.keys()],
      read: (streams) => readHeads(parts.sql, streams),
      found: (stream, head) => this.foundHead(stream, head),
      log: parts.log,
    })
  }

  /**
   * Follows the person's own stream for as long as the socket lives, so that the end of its session reaches it at once.
   * The session is looked at again after entering: it may have ended since the handshake.
   */
  async enterPerson(socket: LiveSocket, sessions: SessionReader): Promise<void> {
    const { userId, sessionId } = socket.data
    const stream = streamOf('user', userId)
    this.enter(stream, socket, 'person')
    socket.on('disconnect', () => this.forget(socket))
    try {
      const heads = await readHeads(this.parts.sql, [stream])
      this.room(stream)?.start(heads.get(stream) ?? 0)
      if ((await sessions.endedAmong([sessionId])).length > 0) this.signOut(socket)
    } catch (error) {
      // unknown is not signed in: the client comes back by itself
      this.parts.log.warn({ err: error }, 'a connection could not be verified')
      socket.conn.close()
    }
  }

  /** Enters a socket so that an eviction finds it, before anybody has looked whether it may be here (S5). */
  enter(stream: Stream, socket: LiveSocket, as: 'joining' | 'person' = 'joining'): void {
    const audience = this.audiences.get(stream) ?? this.openAudience(stream)
    audience.sockets.set(socket, as)
  }

  isIn(stream: Stream, socket: LiveSocket): boolean {
    return this.audiences.get(stream)?.sockets.has(socket) ?? false
  }

  room(stream: Stream): Room | undefined {
    return this.audiences.get(stream)?.room
  }

  /** From the next frame on the socket gets what is delivered; everything up to now it has been given. */
  makeLive(stream: Stream, socket: LiveSocket): void {
    const audience = this.audiences.get(stream)
    if (!audience) return
    audience.outbox.flush()
    audience.sockets.set(socket, 'live')
    void socket.join(stream)
  }

  leave(stream: Stream, socket: LiveSocket): void {
    void socket.leave(stream)
    const audience = this.audiences.get(stream)
    if (!audience) return
    if (stream === streamOf('user', socket.data.userId) && socket.connected) audience.sockets.set(socket, 'person')
    else audience.sockets.delete(socket)
    if (audience.sockets.size === 0) this.closeAudience(stream, audience)
  }

  /** The users with a socket here that watches the stream. */
  usersIn(stream: Stream): Set<string> {
    const sockets = this.audiences.get(stream)?.sockets.keys() ?? []
    return new Set([...sockets].map((socket) => socket.data.userId))
  }

  endSession(sessionId: string): void {
    for (const socket of [...this.io.of('/').sockets.values()]) {
      if (socket.data.sessionId === sessionId) this.signOut(socket)
    }
  }

  counts(): { sockets: number; streams: number } {
    return { sockets: this.io.of('/').sockets.size, streams: this.audiences.size }
  }

  close(): void {
    this.stopHeads()
    for (const [stream, audience] of this.audiences) this.closeAudience(stream, audience)
  }

  private openAudience(stream: Stream): Audience {
    const { sql, feed } = this.parts
    const room = new Room(
      stream,
      (name, after, limit) => readEvents(sql, name, after, limit),
      (_, events) => this.deliver(audience, events),
    )
    const outbox = new Outbox(stream, (frame) => void this.io.to(stream).emit('events', frame))
    const audience: Audience = { room, outbox, sockets: new Map() }
    this.audiences.set(stream, audience)
    feed.follow(stream)
    return audience
  }

  private closeAudience(stream: Stream, audience: Audience): void {
    audience.room.close()
    audience.outbox.close()
    this.audiences.delete(stream)
    this.parts.feed.unfollow(stream)
  }

  /** In order, and whoever loses the right with an event is out before anything after it is sent (S5). */
  private deliver(audience: Audience, events: LoggedEvent[]): void {
    for (const event of events) {
      if (!event.revokes) {
        audience.outbox.push([event])
        continue
      }
      audience.outbox.flush()
      this.revoke(audience, event, event.revokes)
    }
  }

  private revoke(audience: Audience, event: LoggedEvent, revokes: Revocation): void {
    const { stream } = audience.room
    if ('everyone' in revokes) {
      audience.outbox.push([event])
      audience.outbox.flush()
      this.evict(audience, () => true, { stream, code: 'deleted' })
      return
    }
    if ('session' in revokes) this.endSession(revokes.session)
    else this.evict(audience, (socket) => revokes.users.includes(socket.data.userId), { stream, code: 'removed' })
    audience.outbox.push([event])
  }

  private evict(audience: Audience, who: (socket: LiveSocket) => boolean, frame: ClosedFrame): void {
    for (const socket of [...audience.sockets.keys()]) {
      if (!who(socket)) continue
      this.leave(frame.stream, socket)
      socket.emit('closed', frame)
    }
  }

  private signOut(socket: LiveSocket): void {
    for (const stream of this.streamsOf(socket)) {
      void socket.leave(stream)
      socket.emit('closed', { stream, code: 'signed_out' })
    }
    this.forget(socket)
    socket.disconnect(true)
  }

  private streamsOf(socket: LiveSocket): Stream[] {
    return [...this.audiences].filter(([, { sockets }]) => sockets.get(socket) === 'live').map(([stream]) => stream)
  }

  private forget(socket: LiveSocket): void {
    for (const [stream, audience] of [...this.audiences]) {
      if (!audience.sockets.delete(socket)) continue
      if (audience.sockets.size === 0) this.closeAudience(stream, audience)
    }
  }

  /** A head that the poll saw: undefined where the stream is gone, so that a lost `workspace.deleted` is noticed too. */
  private foundHead(stream: Stream, head: number | undefined): void {
    const audience = this.audiences.get(stream)
    if (!audience) return
    if (head === undefined) this.evict(audience, () => true, { stream, code: 'deleted' })
    else if (audience.room.isBehind(head)) {
      const { log } = this.parts
      audience.room
        .reach(head)
        .catch((error: unknown) => log.warn({ err: error, stream }, 'a stream could not be read'))
    }
  }
}
