import { z } from 'zod'
import type { Attend, AttendAnswer, AttentionFrame, Typing } from './attention.ts'
import type { StreamEvent } from './events.ts'
import type { Look, LookAnswer, PresenceFrame } from './presence.ts'
import type { Stream } from './streams.ts'
import { positionSchema, streamSchema } from './positions.ts'

/** Client → server. `after` is the position held; `epoch` the log it was read from (both missing: a first visit). */
export const watchSchema = z.strictObject({
  stream: streamSchema,
  after: positionSchema.optional(),
  epoch: z.string().max(64).optional(),
})
export type Watch = z.infer<typeof watchSchema>

export const unwatchSchema = z.strictObject({ stream: streamSchema })

export type WatchAnswer<Event = StreamEvent> =
  | { ok: true; position: number; epoch: string; events: Event[] }
  | { ok: true; position: number; epoch: string; reset: true }
  | { ok: false; code: 'not_found' | 'invalid_input' | 'rate_limited' | 'unavailable' }

export type UnwatchAnswer = { ok: true } | { ok: false; code: 'invalid_input' }

/** Server → client: consecutive positions in order, several to a frame under load. */
export type EventsFrame<Event = StreamEvent> = { stream: Stream; events: Event[] }

/** Server → client: nothing more of this stream will come. */
export type ClosedFrame = { stream: Stream; code: 'removed' | 'deleted' | 'signed_out' }

export type ClientToServer<Event = StreamEvent> = {
  watch: (payload: Watch, answer: (answer: WatchAnswer<Event>) => void) => void
  unwatch: (payload: { stream: Stream }, answer: (answer: UnwatchAnswer) => void) => void
  attend: (payload: Attend, answer: (answer: AttendAnswer) => void) => void
  typing: (payload: Typing, answer: (answer: AttendAnswer) => void) => void
  look: (payload: Look, answer: (answer: LookAnswer) => void) => void
}

export type ServerToClient<Event = StreamEvent> = {
  events: (frame: EventsFrame<Event>) => void
  closed: (frame: ClosedFrame) => void
  attention: (frame: AttentionFrame) => void
  presence: (frame: PresenceFrame) => void
}
