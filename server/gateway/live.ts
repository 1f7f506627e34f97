import type { Server, Socket } from 'socket.io'
import type { StreamEvent } from '#shared/protocol/events.ts'
import type { ClientToServer } from '#shared/protocol/socket.ts'
import type { ServerToVisitor, VisitorEvent } from '#shared/protocol/visitors.ts'
import type { Caller } from './caller.ts'

type None = Record<string, never>
/** An event as whoever is at the other end gets it. */
export type Sent = StreamEvent | VisitorEvent
export type LiveServer = Server<ClientToServer<Sent>, ServerToVisitor<Sent>, None, Caller>
export type LiveSocket = Socket<ClientToServer<Sent>, ServerToVisitor<Sent>, None, Caller>
/** Members connect to the one, visitors to the other. */
export type LiveServers = { people: LiveServer; visitors: LiveServer }
