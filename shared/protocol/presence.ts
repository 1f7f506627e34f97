import { z } from 'zod'
import { isPlace, type Place } from '../places.ts'
import { streamSchema } from './positions.ts'
import type { Stream } from './streams.ts'

// Who is in a workspace at this moment, and which of its pages they look at. No events: nothing of it is kept, and what is
// lost is told again.

/** Client → server, of a member who watches the workspace’s stream: the page on their screen. Null: none. */
export const lookSchema = z.strictObject({
  stream: streamSchema,
  place: z.custom<Place>(isPlace, 'Not a page of a workspace.').nullable(),
})
export type Look = z.infer<typeof lookSchema>

export type LookAnswer =
  { ok: true } | { ok: false; code: 'not_found' | 'invalid_input' | 'rate_limited' | 'unavailable' }

/** The most pages that one member is shown on: whoever has more open is on some of them. */
export const mostPlaces = 4
/** The most members in one frame; more come in the next ones. */
export const mostInFrame = 500

/** A member who has the workspace open: the pages on their screens, none where all of them are in the background. */
export type Present = { memberId: string; places: Place[] }

/**
 * Server → client, to whoever watches the workspace’s stream. `whole`: everybody, so that what was told before counts no
 * more; with `more` the next frame goes on. Else what has changed: who came or looks elsewhere now, and who is gone.
 */
export type PresenceFrame = { stream: Stream; whole: boolean; more: boolean; here: Present[]; gone: string[] }
