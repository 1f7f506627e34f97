import { kindOf, streamOf, type Stream } from '#shared/protocol/streams.ts'
import { visitorHandshakeSchema, type VisitorHandshake } from '#shared/protocol/visitors.ts'
import { levelOf } from '../core/failures.ts'
import { batched, stormPace } from '../db/batched.ts'
import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import { hashOf } from '../secrets/tokens.ts'
import { findVisitors, type AskedVisitor, type FoundVisitor } from '../messenger/queries/find.ts'
import type { Metrics } from '../metrics.ts'
import type { Attention } from './attention.ts'
import type { Visitor } from './caller.ts'
import type { AllCaps } from './caps.ts'
import { forgetRequest } from './handshake.ts'
import { answering } from './messages.ts'
import type { Rights, VisitorHeads } from './rights.ts'
import type { LiveServer, LiveSocket } from './live.ts'
import type { Rooms } from './rooms.ts'
import { asVisitorGets } from './visitor-view.ts'
import { watching, type Access } from './watch.ts'

type Parts = {
  sql: Sql
  rights: Rights
  attention: Attention
  caps: AllCaps
  log: Log
  metrics: Metrics
  epoch: string
}

/** Lets visitors in whose token is known, to watch their own conversations and nothing else. */
export function serveVisitors(io: LiveServer, rooms: Rooms, parts: Parts): void {
  const { sql, caps, log, metrics } = parts
  const visitors = batched<AskedVisitor, FoundVisitor | undefined>((asked) => findVisitors(sql, asked), stormPace)
  io.use((socket, next) => {
    const asked = visitorHandshakeSchema.safeParse(socket.handshake.auth)
    if (!asked.success) {
      next(new Error('unauthenticated'))
      return
    }
    visitors.load(asOne(asked.data)).then(
      (found) => {
        const full = found && caps.visitor.admit(socket.request.socket, { visitor: found.visitorId })
        if (full) metrics.handshakesCapped.inc({ cap: full })
        if (found && !full) socket.data = found
        next(found && !full ? undefined : new Error(full ? 'too_many' : 'unauthenticated'))
      },
      (error: unknown) => {
        log[levelOf(error)]({ err: error }, 'a visitor could not be looked up')
        // a refusal is for good: after the end of its connection the page comes back by itself
        socket.conn.close()
      },
    )
  })
  const access = accessOf(rooms, parts)
  const answer = answering({ ...watching(rooms, { ...parts, access }), ...parts.attention.ofVisitors() }, parts)
  io.on('connection', (socket: LiveSocket) => {
    forgetRequest(socket)
    rooms.forgetAfter(socket)
    answer(socket)
  })
}

/** Tells visitors of a stream how those who wrote there are called and look now. */
export async function tellFaces(rooms: Rooms, stream: Stream, { rights, log }: Pick<Parts, 'rights' | 'log'>): Promise<void> {
  const visitor = rooms.visitorIn(stream)
  if (!visitor) return
  try {
    const known = await rights.headsForVisitor({ stream, visitor })
    if (known) rooms.showFaces(stream, known.faces, known.above ?? 0)
  } catch (error) {
    // whoever is new is shown by name alone, and whoever left as before, until the visitor watches anew
    log[levelOf(error)]({ err: error, stream }, 'a face could not be looked up')
  }
} // prettier-ignore

function asOne({ agentId, token }: VisitorHandshake): AskedVisitor {
  return { agentId, tokenHash: hashOf(token) }
}

function accessOf(rooms: Rooms, parts: Parts): Access<VisitorHeads> {
  const { rights } = parts
  return {
    parentOf: async (stream, { data }) => {
      if (kindOf(stream) !== 'conversation') return undefined
      // by what it is below, not by who asks: while that is judged, others come to watch the same stream below the same
      const parent = await rights.parentOf(stream)
      return parent === streamOf('workspace', (data as Visitor).workspaceId) ? parent : undefined
    },
    headsFor: (stream, _, { data }) => rights.headsForVisitor({ stream, visitor: data as Visitor }),
    shape: asVisitorGets,
    entered(stream, heads, socket) {
      rooms.showFaces(stream, heads.faces, heads.above ?? 0, socket)
      // what was told meanwhile, this socket was not yet told
      if (rooms.isBeyond(stream, heads)) void tellFaces(rooms, stream, parts)
      parts.attention.entered(stream, socket)
    },
  }
}
