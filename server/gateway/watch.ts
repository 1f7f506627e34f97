import {
  unwatchSchema,
  watchSchema,
  type UnwatchAnswer,
  type Watch,
  type WatchAnswer,
} from '#shared/protocol/socket.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '../core/event-log.ts'
import type { Handlers, Say } from './messages.ts'
import type { Heads } from './rights.ts'
import type { Room } from './room.ts'
import type { LiveSocket, Sent } from './live.ts'
import type { Entry, Rooms } from './rooms.ts'
import { takesMore } from './slow-clients.ts'

/** What callers may watch, and as what they get it. */
export type Access<Known extends Heads = Heads> = {
  /** The workspace's stream that this one is below; null: none. Undefined where there is nothing for the caller. */
  parentOf: (stream: Stream, socket: LiveSocket) => Promise<Stream | null | undefined>
  /** The heads where the caller may watch the stream now, else null: not theirs and not there are the same. */
  headsFor: (stream: Stream, parent: Stream | null, socket: LiveSocket) => Promise<Known | null>
  shape: (event: LoggedEvent) => Sent
  /** Called with what `headsFor` answered, once the socket gets what is delivered. */
  entered: (stream: Stream, heads: Known, socket: LiveSocket) => void
}

type Parts<Known extends Heads> = { access: Access<Known>; epoch: string }
type Asking<Known extends Heads> = Parts<Known> & { say: Say }

/** Answers `watch` and `unwatch`. */
export function watching<Known extends Heads>(rooms: Rooms, parts: Parts<Known>): Handlers {
  return {
    watch: (socket, payload, say) => watch(socket, rooms, { ...parts, say }, payload),
    unwatch: (socket, payload) => unwatch(socket, rooms, payload),
  }
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
async function watch<Known extends Heads>(
  socket: LiveSocket,
  rooms: Rooms,
  parts: Asking<Known>,
  payload: unknown,
): Promise<WatchAnswer<Sent>> {
  const parsed = watchSchema.safeParse(payload)
  if (!parsed.success) return { ok: false, code: 'invalid_input' }
  const asked = parsed.data
  const parent = await parts.access.parentOf(asked.stream, socket)
  if (parent === undefined || !socket.connected) return { ok: false, code: 'not_found' }
  rooms.leave(asked.stream, socket)
  const entry = rooms.enter(asked.stream, socket, { parent })
  return verifiedOrOut({ socket, rooms, parts, asked, parent, entry })
}

/** Nobody stays in a room whose right to be there nobody could look up; who was let in by a later watch does. */
function verifiedOrOut<Known extends Heads>(entering: Entering<Known>): Promise<WatchAnswer<Sent>> {
  const { socket, rooms, asked, entry } = entering
  return enterVerified(entering).catch((error: unknown) => {
    if (rooms.entryOf(asked.stream, socket) === entry) rooms.leave(asked.stream, socket)
    throw error
  })
}

type Entering<Known extends Heads> = {
  socket: LiveSocket
  rooms: Rooms
  parts: Asking<Known>
  asked: Watch
  parent: Stream | null
  entry: Entry
}

async function enterVerified<Known extends Heads>(entering: Entering<Known>): Promise<WatchAnswer<Sent>> {
  const { socket, rooms, parts, asked, parent, entry } = entering
  const { stream } = asked
  const heads = await parts.access.headsFor(stream, parent, socket)
  await rooms.verified()
  const room = rooms.room(stream)
  if (heads === null || !socket.connected) {
    // a later watch of the same socket is looked up for itself: they may have been added again by then
    if (rooms.entryOf(stream, socket) === entry) rooms.leave(stream, socket)
    return { ok: false, code: 'not_found' }
  }
  if (!room) return renewed(entering, undefined)
  if (heads.above !== null) {
    room.above?.start(heads.above)
    await room.above?.reach(heads.above)
  }
  room.start(heads.position)
  await room.reach(heads.position)
  const gathered = await missedEvents(parts, asked, room)
  // from here to the answer nothing may be waited for: what is delivered meanwhile would be in neither, or in both
  const events = upToNow(gathered, asked, room)
  const present = rooms.entryOf(stream, socket)
  // a second watch of the same socket may have brought it back after an eviction: what was verified was before that, unless
  // that one was let in already; and where nobody else was in the room, it has opened another one
  const isSame = present === entry || present?.as === 'live'
  if (!isSame || rooms.room(stream) !== room) return renewed(entering, present)
  if (events !== 'reset' && !takesMore(socket, events.length)) {
    rooms.leave(stream, socket)
    return { ok: false, code: 'rate_limited' }
  }
  rooms.makeLive(stream, socket)
  parts.access.entered(stream, heads, socket)
  const held = { ok: true as const, position: room.position, epoch: parts.epoch }
  const answer: WatchAnswer<Sent> =
    events === 'reset' ? { ...held, reset: true } : { ...held, events: events.map(parts.access.shape) }
  parts.say(answer)
  return answer
}

/**
 * Once more, by how the socket is in now. Where it was evicted on its way in, by a removal that this node delivered only
 * then, whoever was added again since is in, and anybody else is not: the database is asked again.
 */
async function renewed<Known extends Heads>(
  entering: Entering<Known>,
  present: Entry | undefined,
): Promise<WatchAnswer<Sent>> {
  const { socket, rooms, asked, parent } = entering
  const wasEvicted = !present && entering.entry.evicted && socket.connected
  if (wasEvicted) return verifiedOrOut({ ...entering, entry: rooms.enter(asked.stream, socket, { parent }) })
  return present && present.as !== 'person'
    ? enterVerified({ ...entering, entry: present })
    : { ok: false, code: 'not_found' }
}

/** Everything after what the client holds, as far as the room is by then. */
async function missedEvents(
  parts: { epoch: string },
  { after, epoch }: Watch,
  room: Room,
): Promise<LoggedEvent[] | 'reset'> {
  if (after === undefined || after > room.position || (epoch !== undefined && epoch !== parts.epoch)) return 'reset'
  return (await room.eventsAfter(after)) ?? 'reset'
}

/** With what was delivered since they were gathered. */
function upToNow(gathered: LoggedEvent[] | 'reset', { after = 0 }: Watch, room: Room): LoggedEvent[] | 'reset' {
  if (gathered === 'reset') return gathered
  const later = room.since(gathered.at(-1)?.position ?? after)
  return later ? [...gathered, ...later] : 'reset'
}
