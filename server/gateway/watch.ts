import { RateLimiterMemory } from 'rate-limiter-flexible'
import {
  unwatchSchema,
  watchSchema,
  type UnwatchAnswer,
  type Watch,
  type WatchAnswer,
} from '#shared/protocol/socket.ts'
import { isBelowWorkspace, type Stream } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '../core/event-log.ts'
import { levelOf } from '../core/failures.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { asSent } from './outbox.ts'
import type { Rights } from './rights.ts'
import type { Room } from './room.ts'
import type { Entry, LiveSocket, Rooms } from './rooms.ts'
import { takesMore } from './slow-clients.ts'

/** For each connection and in a minute: a page watches a few streams, and asks for all of them anew when it wakes up. */
const messages = new RateLimiterMemory({ points: 300, duration: 60 })
const known = new Set(['watch', 'unwatch'])

type Parts = { rights: Rights; log: Log; metrics: Metrics; epoch: string }

/** Answers `watch` and `unwatch`. Whatever else a socket says is counted and ignored. */
export function serveWatching(socket: LiveSocket, rooms: Rooms, parts: Parts): void {
  socket.onAny((name: unknown) => {
    if (typeof name !== 'string' || !known.has(name)) parts.metrics.unknownMessages.inc()
  })
  // its count would be kept for a minute: after a storm that is one for each socket that there was
  socket.on('disconnect', () => void messages.delete(socket.id))
  socket.on('watch', (payload: unknown, answer: unknown) => {
    reply(
      answer,
      limited(socket, () => watch(socket, rooms, parts, payload)),
      parts,
    )
  })
  socket.on('unwatch', (payload: unknown, answer: unknown) => {
    reply(
      answer,
      limited(socket, () => unwatch(socket, rooms, payload)),
      parts,
    )
  })
}

type Answer = WatchAnswer | UnwatchAnswer

async function limited(socket: LiveSocket, act: () => Answer | Promise<Answer>): Promise<Answer> {
  const spent = await messages.consume(socket.id).then(
    () => false,
    () => true,
  )
  return spent ? { ok: false, code: 'rate_limited' } : act()
}

function reply(answer: unknown, result: Promise<Answer>, { log, metrics }: Parts): void {
  const send = typeof answer === 'function' ? (answer as (value: Answer) => void) : () => undefined
  result
    .catch((error: unknown): Answer => {
      log[levelOf(error)]({ err: error }, 'a socket message failed')
      return { ok: false, code: 'unavailable' }
    })
    .then((value) => {
      send(value)
      metrics.socketAnswers.inc({ code: value.ok ? 'ok' : value.code })
    })
    .catch((error: unknown) => log.error({ err: error }, 'a socket message could not be answered'))
}

function unwatch(socket: LiveSocket, rooms: Rooms, payload: unknown): UnwatchAnswer {
  const parsed = unwatchSchema.safeParse(payload)
  if (!parsed.success) return { ok: false, code: 'invalid_input' }
  rooms.leave(parsed.data.stream, socket)
  return { ok: true }
}

/**
 * Joins first and verifies after, so that a removal that commits in between finds the socket here and evicts it (S5).
 * The answer and the first frame fit together without a gap or a repetition (S4).
 */
async function watch(socket: LiveSocket, rooms: Rooms, parts: Parts, payload: unknown): Promise<WatchAnswer> {
  const parsed = watchSchema.safeParse(payload)
  if (!parsed.success) return { ok: false, code: 'invalid_input' }
  const asked = parsed.data
  const parent = isBelowWorkspace(asked.stream) ? await parts.rights.parentOf(asked.stream) : null
  if (parent === undefined || !socket.connected) return { ok: false, code: 'not_found' }
  rooms.leave(asked.stream, socket)
  const entry = rooms.enter(asked.stream, socket, { parent })
  return enterVerified({ socket, rooms, parts, asked, parent, entry }).catch((error: unknown) => {
    // nobody stays in a room whose right to be there nobody could look up
    rooms.leave(asked.stream, socket)
    throw error
  })
}

type Entering = { socket: LiveSocket; rooms: Rooms; parts: Parts; asked: Watch; parent: Stream | null; entry: Entry }

async function enterVerified(entering: Entering): Promise<WatchAnswer> {
  const { socket, rooms, parts, asked, parent, entry } = entering
  const { stream } = asked
  const heads = await parts.rights.headsFor({ stream, parent, userId: socket.data.userId })
  await rooms.verified()
  const room = rooms.room(stream)
  if (heads === null || !room || !socket.connected) {
    rooms.leave(stream, socket)
    return { ok: false, code: 'not_found' }
  }
  if (heads.above !== null) {
    room.above?.start(heads.above)
    await room.above?.reach(heads.above)
  }
  room.start(heads.position)
  await room.reach(heads.position)
  const events = await missedEvents(parts, asked, room)
  const present = rooms.entryOf(stream, socket)
  // a second watch of the same socket may have brought it back after an eviction: what was verified was before that
  if (present !== entry) return renewed(entering, present)
  if (events !== 'reset' && !takesMore(socket, events.length)) {
    rooms.leave(stream, socket)
    return { ok: false, code: 'rate_limited' }
  }
  rooms.makeLive(stream, socket)
  const held = { ok: true as const, position: room.position, epoch: parts.epoch }
  return events === 'reset' ? { ...held, reset: true } : { ...held, events: events.map(asSent) }
}

async function renewed(entering: Entering, entry: Entry | undefined): Promise<WatchAnswer> {
  return entry && entry.as !== 'person' ? enterVerified({ ...entering, entry }) : { ok: false, code: 'not_found' }
}

/** Everything after what the client holds, up to the room's position at the moment this returns. */
async function missedEvents(parts: Parts, { after, epoch }: Watch, room: Room): Promise<LoggedEvent[] | 'reset'> {
  if (after === undefined || after > room.position || (epoch !== undefined && epoch !== parts.epoch)) return 'reset'
  return (await room.eventsAfter(after)) ?? 'reset'
}
