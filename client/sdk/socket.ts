import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import type { Attend, AttendAnswer, AttentionFrame, Typing, TypingFrame } from '#shared/protocol/attention.ts'
import type { Look, LookAnswer, PresenceFrame } from '#shared/protocol/presence.ts'
import type { ClientToServer, ClosedFrame, EventsFrame, Watch, WatchAnswer } from '#shared/protocol/socket.ts'
import { visitorSocketPath } from '#shared/messenger.ts'
import type { StreamEvent } from '#shared/protocol/events.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { FacesFrame, ServerToVisitor, VisitorHandshake } from '#shared/protocol/visitors.ts'
import type { Reached } from './http.ts'

export type SocketListeners = {
  connected: () => void
  disconnected: () => void
  /** The server would not let the connection in, or ended it: the session may be over. */
  refused: () => void
  events: (frame: EventsFrame) => void
  closed: (frame: ClosedFrame) => void
  /** Of a visitor's conversation alone. */
  faces?: (frame: FacesFrame) => void
  typing?: (frame: TypingFrame) => void
  /** Of an agent's conversations alone. */
  attention?: (frame: AttentionFrame) => void
  /** Of a workspace alone. */
  presence?: (frame: PresenceFrame) => void
}

/** The longest pause between two attempts to connect, before it is spread, in milliseconds. */
const longestPause = 8_000

/** The only door in. It says nothing to the server but what it watches, and what its user looks at and types. */
export type Door = {
  open: () => void
  close: () => void
  isConnected: () => boolean
  watch: (watch: Watch) => Promise<WatchAnswer>
  unwatch: (stream: Stream) => void
  /** Rejects without an answer. */
  attend: (attend: Attend) => Promise<AttendAnswer>
  look: (look: Look) => Promise<LookAnswer>
  /** A hint that may be lost. */
  type: (typing: Typing) => void
}

/** The longest wait for an answer, in milliseconds. After it the connection counts as dead. */
const patience = 8_000

type From = Pick<Reached, 'url' | 'headers'> & {
  /** Who it is, where it is not somebody with a session. */
  visitor?: VisitorHandshake
}

export function createDoor(listeners: SocketListeners, { url, headers, visitor }: From = {}): Door {
  const options: Partial<ManagerOptions & SocketOptions> = {
    ...(visitor && { path: visitorSocketPath, auth: visitor }),
    // a browser says by itself where its page is, and lets nobody else say it
    ...(url && { extraHeaders: { origin: new URL(url).origin, ...headers } }),
    autoConnect: false,
    forceNew: true,
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: longestPause,
    // two thousand pages that lose a server must not all come back in the same instant
    randomizationFactor: 0.6,
  }
  const socket: Socket<ServerToVisitor<StreamEvent>, ClientToServer> = url ? io(url, options) : io(options)
  socket.on('connect', listeners.connected)
  socket.on('events', listeners.events)
  socket.on('closed', listeners.closed)
  let again: ReturnType<typeof setTimeout> | undefined
  socket.on('connect_error', () => {
    listeners.refused()
    // what was refused behind the upgrade, one page too many of a visitor, is not tried again by itself
    if (!socket.active) again = setTimeout(() => socket.connect(), longestPause * (0.4 + Math.random()))
  })
  if (listeners.faces) socket.on('faces', listeners.faces)
  if (listeners.typing) socket.on('typing', listeners.typing)
  if (listeners.presence) socket.on('presence', listeners.presence)
  if (listeners.attention) socket.on('attention', listeners.attention)
  socket.on('disconnect', (reason) => {
    listeners.disconnected()
    if (reason === 'io server disconnect') listeners.refused()
  })
  return {
    open() {
      // one that is on its way would say twice that it is there, and is refused for it
      if (!socket.active) socket.connect()
    },
    close() {
      clearTimeout(again)
      socket.disconnect()
    },
    isConnected: () => socket.connected,
    watch: (watch) => answered(socket, watch),
    unwatch: (stream) => {
      if (socket.connected) socket.emit('unwatch', { stream }, () => undefined)
    },
    attend: (attend) => socket.timeout(patience).emitWithAck('attend', attend),
    look: (look) => socket.timeout(patience).emitWithAck('look', look),
    type: (typing) => {
      if (socket.connected) socket.emit('typing', typing, () => undefined)
    },
  }
}

async function answered(
  socket: Socket<ServerToVisitor<StreamEvent>, ClientToServer>,
  watch: Watch,
): Promise<WatchAnswer> {
  try {
    return (await socket.timeout(patience).emitWithAck('watch', watch)) as WatchAnswer
  } catch (error) {
    // a laptop that slept holds a connection that looks open and is not: drop it, so that a new one is made
    if (socket.connected) socket.io.engine.close()
    throw error
  }
}
