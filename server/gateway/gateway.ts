import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { visitorSocketPath } from '#shared/messenger.ts'
import type { ClientToServer } from '#shared/protocol/socket.ts'
import { isBelowWorkspace } from '#shared/protocol/streams.ts'
import type { ServerToVisitor } from '#shared/protocol/visitors.ts'
import type { AddressOf } from '../auth/address.ts'
import type { SessionReader } from '../auth/sessions.ts'
import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Feed } from '../relay/feed.ts'
import { Attention } from './attention.ts'
import type { Caller, Person } from './caller.ts'
import type { AllCaps } from './caps.ts'
import { allowPeople, allowVisitors, forgetRequest } from './handshake.ts'
import { asSent } from './outbox.ts'
import { Presence } from './presence.ts'
import { answering } from './messages.ts'
import { openRights, type MemberHeads, type Rights } from './rights.ts'
import type { LiveServer, LiveServers, LiveSocket, Sent } from './live.ts'
import { Rooms } from './rooms.ts'
import { cutSlowClients } from './slow-clients.ts'
import { startSweep } from './sweep.ts'
import { closeStrayUpgrades, trackUpgraded } from './upgraded.ts'
import { serveVisitors, tellFaces } from './visitors.ts'
import { watching, type Access } from './watch.ts'

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
  caps: AllCaps
  /** Whether pages of this origin are ours. */
  isOwnOrigin: (origin: string | undefined) => boolean
  /** Whether this node is about to end and takes no new connections. */
  draining: () => boolean
  metrics: Metrics
}

/** Milliseconds between two groups of connections that are moved over. */
const step = 20

const peoplePath = '/socket.io'

/** Attaches the live side to an HTTP server. It delivers and evicts; it changes nothing. */
export function openGateway(http: HttpServer, parts: Parts): Gateway {
  const io: LiveServers = {
    people: openServer(http, peoplePath, allowPeople(parts)),
    visitors: openServer(http, visitorSocketPath, allowVisitors(parts)),
  }
  const upgraded = trackUpgraded(http)
  closeStrayUpgrades(http, [peoplePath, visitorSocketPath])
  const rights = openRights(parts.sql)
  const rooms: Rooms = new Rooms(io, {
    ...parts,
    left(stream, socket) {
      attention.left(stream, socket)
      presence.left(stream, socket)
    },
    facesUnknown: (stream) => void tellFaces(rooms, stream, { rights, log: parts.log }),
    gather: () => presence.gather(),
    reached: (stream) => presence.reached(stream),
  })
  const attention = new Attention({ io, feed: parts.feed, rights, rooms: () => rooms })
  const presence = new Presence({ ...parts, io: io.people, rooms: () => rooms })
  for (const server of [io.people, io.visitors]) cutSlowClients(server, () => parts.metrics.slowClients.inc())
  const access = accessOf(rights, { attention, presence })
  const answer = answering(
    { ...watching(rooms, { ...parts, access }), ...attention.ofMembers(), ...presence.ofMembers() },
    parts,
  )
  io.people.on('connection', (socket: LiveSocket) => {
    const { caller } = socket.request as unknown as { caller: Person }
    socket.data = caller
    forgetRequest(socket)
    rooms.forgetAfter(socket)
    void rooms.enterPerson(socket)
    answer(socket)
  })
  serveVisitors(io.visitors, rooms, { ...parts, rights, attention })
  const stopSweep = startSweep(rooms, parts)
  return {
    rooms,
    async moveOver(milliseconds) {
      // the end of the transport, not a disconnect: after the one clients come back by themselves, after the other not
      const connections = [io.people, io.visitors].flatMap((server) =>
        [...server.of('/').sockets.values()].map(({ conn }) => conn),
      )
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
      attention.close()
      rooms.close()
      await Promise.all([io.people.close(), io.visitors.close(), upgraded.destroyAll()])
      await presence.close()
    },
  }
}

type AllowRequest = ReturnType<typeof allowPeople>

function openServer(http: HttpServer, path: string, allowRequest: AllowRequest): LiveServer {
  const server: LiveServer = new Server<ClientToServer<Sent>, ServerToVisitor<Sent>, Record<string, never>, Caller>(
    http,
    {
      path,
      transports: ['websocket'],
      serveClient: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: 16 * 1024,
      connectTimeout: 10_000,
      pingInterval: 25_000,
      pingTimeout: 20_000,
      cookie: false,
      // each would close what is the other's
      destroyUpgrade: false,
      allowRequest,
    },
  )
  // caps count connections: one is one socket, however often it asks before it is answered
  const asked = new WeakSet<object>()
  server.use(({ conn }, next) => {
    next(asked.has(conn) ? new Error('too_many') : undefined)
    asked.add(conn)
  })
  return server
}

function accessOf(rights: Rights, seen: { attention: Attention; presence: Presence }): Access<MemberHeads> {
  return {
    parentOf: async (stream) => (isBelowWorkspace(stream) ? rights.parentOf(stream) : null),
    headsFor: (stream, parent, { data }) => rights.headsFor({ stream, parent, userId: (data as Person).userId }),
    shape: asSent,
    entered(stream, { memberId }, socket) {
      seen.attention.entered(stream, socket)
      seen.presence.entered(stream, socket, memberId)
    },
  }
}
