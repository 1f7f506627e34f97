import { z } from 'zod'
import { idSchema } from './resources.ts'
import type { Stream } from './streams.ts'
import { streamSchema } from './positions.ts'

// Who looks at a conversation and who writes there, at this moment. No events: nothing of it is kept, and what is lost is
// told again.

/** Client → server, of a member who watches the agent’s stream: the conversation on their screen. Null: none. */
export const attendSchema = z.strictObject({
  agentId: idSchema,
  conversationId: idSchema.nullable(),
  typing: z.boolean().default(false),
})
export type Attend = z.input<typeof attendSchema>

/** Client → server, of a visitor who watches the conversation’s stream. Counts for some seconds. */
export const typingSchema = z.strictObject({ stream: streamSchema, typing: z.boolean() })
export type Typing = z.infer<typeof typingSchema>

export type AttendAnswer =
  { ok: true } | { ok: false; code: 'not_found' | 'invalid_input' | 'rate_limited' | 'unavailable' }

/** A member who has the conversation on their screen. */
export type Attendant = { memberId: string; typing: boolean }
export type VisitorAttention = 'away' | 'here' | 'typing'

/** Server → client, to whoever watches the agent’s stream: all of a conversation’s, each time. */
export type AttentionFrame = {
  stream: Stream
  conversationId: string
  members: Attendant[]
  visitor: VisitorAttention
}

/** Server → client, to the visitor who watches the conversation: the members who write there now, each time all. */
export type TypingFrame = { stream: Stream; memberIds: string[] }
