import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import type { ClientToServer, ServerToClient } from '#shared/protocol/socket.ts'
import type { AddressOf } from '../auth/address.ts'
import type { SessionReader } from '../auth/sessions.ts'
import type { Sql } from '../db/connect.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Feed } from '../relay/feed.ts'
import type { Caps } from './caps.ts'
import { allowRequest, type Caller } from './handshake.ts'
import { Presence } from './presence.ts'
import { openRights } from './rights.ts'
import { Rooms, type LiveServer, type LiveSocket } from './rooms.ts'
import { cutSlowClients } from './slow-clients.ts'
import { startSweep } from './sweep.ts'
import { trackUpgraded } from './upgraded.ts'
import { serveWatching } from './watch.ts'

export type Gateway = {
  rooms: Rooms
  /** Lets clients come back to another node (a deploy), one after another over so many milliseconds. */
  moveOver: (milliseconds: number) => Promise<void>
  close: () => Promise<void>
}

type Parts = {
  sql: Sql
  feed: Feed
  log: Log
  epoch: string
  sessions: SessionReader
  /** This node's name among the nodes. */
  node: string
  addressOf: AddressOf
  caps: Caps
  /** Whether pages of this origin are ours. */
  isOwnOrigin: (origin: string | undefined) => boolean
  /** Whether this node is about to end and takes no new connections. */
  draining: () => boolean
  metrics: Metrics
}

/** Milliseconds between two groups of connections that are moved over. */
const step = 20

/** Attaches the live side to an HTTP server. It delivers and evicts; it changes nothing. */
export function openGateway(http: HttpServer, parts: Parts): Gateway {
  const io: LiveServer = new Server<ClientToServer, ServerToClient, Record<string, never>, Caller>(http, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: 16 * 1024,
    connectTimeout: 10_000,
    pingInterval: 25_000,
    pingTimeout: 20_000,
    cookie: false,
    allowRequest: allowRequest(parts),
  })
  const upgraded = trackUpgraded(http)
  const rooms = new Rooms(io, { ...parts, changed: (stream, userId) => presence.changed(stream, userId) })
  const presence = new Presence({
    ...parts,
    streams: () => rooms.streams(),
    usersIn: (stream) => rooms.usersIn(stream),
  })
  cutSlowClients(io, () => parts.metrics.slowClients.inc())
  const rights = openRights(parts.sql)
  io.on('connection', (socket: LiveSocket) => {
    const caller = (socket.request as unknown as { caller: Caller }).caller
    socket.data = caller
    void rooms.enterPerson(socket)
    serveWatching(socket, rooms, { ...parts, rights })
  })
  const stopSweep = startSweep(rooms, parts)
  return {
    rooms,
    async moveOver(milliseconds) {
      // the end of the transport, not a disconnect: after the one clients come back by themselves, after the other not
      const connections = [...io.of('/').sockets.values()].map(({ conn }) => conn)
      const started = performance.now()
      // however few they are it takes as long: load balancers need that time, too, to see that this node ends
      for (let moved = 0, share = 0; share < 1;) {
        share = milliseconds > 0 ? Math.min(1, (performance.now() - started) / milliseconds) : 1
        const due = Math.ceil(connections.length * share)
        for (const connection of connections.slice(moved, due)) connection.close()
        moved = due
        if (share < 1) await new Promise((resolve) => setTimeout(resolve, step))
      }
    },
    async close() {
      stopSweep()
      rooms.close()
      await Promise.all([io.close(), upgraded.destroyAll()])
      await presence.close()
    },
  }
}
