import { EventEmitter, once } from 'node:events'
import { io, type Socket } from 'socket.io-client'
import type { Attend, AttendAnswer, AttentionFrame } from '#shared/protocol/attention.ts'
import type { Look, LookAnswer, PresenceFrame } from '#shared/protocol/presence.ts'
import type { StreamEvent } from '#shared/protocol/events.ts'
import type { ClientToServer, ClosedFrame, EventsFrame, ServerToClient, WatchAnswer } from '#shared/protocol/socket.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { TestNode } from './node.ts'
import type { Person } from './people.ts'

export type Live = Awaited<ReturnType<typeof connectLive>>

/** Opens a person's socket and keeps everything that it is sent. */
export async function connectLive(node: TestNode, person: Person, headers: Record<string, string> = {}) {
  const socket: Socket<ServerToClient, ClientToServer> = io(`http://127.0.0.1:${node.port}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { Cookie: person.cookie(), Origin: node.url, ...headers },
  })
  const frames: EventsFrame[] = []
  const closed: ClosedFrame[] = []
  const attention = new Map<string, AttentionFrame>()
  const presence: PresenceFrame[] = []
  const news = new EventEmitter().setMaxListeners(0)
  let disconnected: string | null = null
  socket.on('events', (frame) => void (frames.push(frame), news.emit('news')))
  socket.on('closed', (frame) => void (closed.push(frame), news.emit('news')))
  socket.on('attention', (frame) => void (attention.set(frame.conversationId, frame), news.emit('news')))
  socket.on('presence', (frame) => void (presence.push(frame), news.emit('news')))
  socket.on('disconnect', (reason) => {
    disconnected = reason
    news.emit('news')
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })

  const eventsOf = (stream: Stream): StreamEvent[] =>
    frames.filter((frame) => frame.stream === stream).flatMap((frame) => frame.events)
  return {
    socket,
    frames,
    closed,
    /** The latest of each conversation. */
    attention,
    attend: (attend: Attend): Promise<AttendAnswer> => socket.timeout(10_000).emitWithAck('attend', attend),
    presence,
    look: (look: Look): Promise<LookAnswer> => socket.timeout(10_000).emitWithAck('look', look),
    eventsOf,
    disconnected: () => disconnected,
    watch: (stream: Stream, after?: number, epoch?: string): Promise<WatchAnswer> =>
      socket
        .timeout(10_000)
        .emitWithAck('watch', { stream, ...(after !== undefined && { after }), ...(epoch && { epoch }) }),
    /** Waits until what was received makes it true: for an event, never for a time. */
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) await once(news, 'news')
    },
    async untilPosition(stream: Stream, position: number): Promise<void> {
      while ((eventsOf(stream).at(-1)?.position ?? 0) < position) await once(news, 'news')
    },
    close: () => socket.disconnect(),
  }
}

/** The position that a write answered for a stream. */
export function positionIn(headers: Headers, stream: Stream): number {
  const part = headers
    .get('stream-position')
    ?.split(', ')
    .find((one) => one.startsWith(`${stream}=`))
  return Number(part?.split('=')[1] ?? Number.NaN)
}
