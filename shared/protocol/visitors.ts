import { z } from 'zod'
import { emailSchema, line, passage } from '../text.ts'
import type { TypingFrame } from './attention.ts'
import { conversationStateSchema, messageSchema } from './agents/conversations.ts'
import { messengerSchema } from './agents/messenger.ts'
import { languageSchema } from './languages.ts'
import { mostVisitorText } from '../messenger.ts'
import { pageOf } from './page.ts'
import { idSchema, timeSchema } from './resources.ts'
import type { ServerToClient } from './socket.ts'
import type { Stream } from './streams.ts'
import { positionSchema } from './positions.ts'

// What visitors get to see, and nothing else: no email, no role, no user, no contact, no other agent's anything. The
// schemas are strict, and what the server sends is put together field by field.

/** 256 random bits, base64url: made by the visitor's own browser, sent as `Authorization: Bearer`, kept as its hash. */
export const visitorTokenSchema = z.string().regex(/^[\w-]{43}$/)

/** What anybody may know of a Messenger that is switched on. */
export const messengerAnswer = z
  .strictObject({
    name: z.string(),
    language: languageSchema,
    /** What a visitor reads first; empty: nothing. */
    greeting: z.string(),
    colour: messengerSchema.shape.colour,
    side: messengerSchema.shape.side,
    /** Whether there are people to ask for. */
    people: z.boolean(),
  })
  .meta({ id: 'MessengerOfAgent' })
export type MessengerAnswer = z.infer<typeof messengerAnswer>

export const visitorConversationSchema = z
  .strictObject({
    id: idSchema,
    /** `waiting`: for a person. */
    state: conversationStateSchema,
    /** Whether a person of the team answers it; else the Assistant. */
    answeredByTeam: z.boolean(),
    messageCount: z.int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'VisitorConversation' })
export type VisitorConversation = z.infer<typeof visitorConversationSchema>

export const visitorMessageSchema = messageSchema
  .extend({
    author: z.strictObject({
      kind: z.enum(['visitor', 'assistant', 'member']),
      /** Of a member: what their `Face` has, too. Else null. */
      memberId: idSchema.nullable(),
      /** What they were called when they wrote it; of a visitor it is empty. */
      name: z.string(),
    }),
  })
  .meta({ id: 'VisitorMessage' })
export type VisitorMessage = z.infer<typeof visitorMessageSchema>

export const faceSchema = z
  .strictObject({ memberId: idSchema, name: z.string(), avatarUrl: z.string().nullable() })
  .meta({ id: 'Face' })
/** As a member who has written to the visitor is called and looks now; whoever has left as they were called last. */
export type Face = z.infer<typeof faceSchema>

/** The faces of a conversation as of a position of the workspace's stream: a later one counts. */
const facesShape = { faces: z.array(faceSchema), facesAt: positionSchema }

/** The snapshot of `conversation:<id>` for its visitor: the newest messages, the oldest of them first. */
export const visitorConversationAnswer = z
  .strictObject({
    position: positionSchema,
    epoch: z.string(),
    conversation: visitorConversationSchema,
    messages: z.array(visitorMessageSchema),
    ...facesShape,
  })
  .meta({ id: 'VisitorConversationSnapshot' })
export type VisitorConversationAnswer = z.infer<typeof visitorConversationAnswer>

export const visitorConversationsAnswer = pageOf(visitorConversationSchema)
export const visitorMessagesAnswer = pageOf(visitorMessageSchema)

/** The most conversations that one visitor can have unresolved. */
export const mostOpenOfVisitor = 5
/** The most that can be unresolved of those that were begun from one address at one agent within a day. */
export const mostOpenFromAddress = 100
const textSchema = passage(mostVisitorText).refine((text) => text.length > 0, 'Write something.')
export const visitorWriteBody = z.strictObject({ text: textSchema })

/** Who the visitor says they are. */
export const introduceBody = z
  .strictObject({ name: z.union([z.literal(''), line(1, 80)]).optional(), email: emailSchema.optional() })
  .refine(({ name = '', email = '' }) => name + email !== '', 'Give a name or an email address.')
export type Introduction = z.infer<typeof introduceBody>

export const messengerParams = z.strictObject({ agentId: idSchema })
export const visitorConversationParams = messengerParams.extend({ conversationId: idSchema })

/** What `conversation:<id>` carries for its visitor: an event for each that its members get, at the same position. */
export const visitorEvents = {
  'conversation.created': z.strictObject({ conversation: visitorConversationSchema }),
  'conversation.updated': z.strictObject({ conversation: visitorConversationSchema }),
  'message.created': z.strictObject({ message: visitorMessageSchema }),
} as const
export type VisitorEvent = {
  [Type in keyof typeof visitorEvents]: {
    position: number
    type: Type
    at: string
    data: z.infer<(typeof visitorEvents)[Type]>
  }
}[keyof typeof visitorEvents]

/** What a visitor's socket gets: as a member's, each event as a visitor sees it, and faces. */
export type ServerToVisitor<Event = VisitorEvent> = ServerToClient<Event> & {
  faces: (frame: FacesFrame) => void
  typing: (frame: TypingFrame) => void
}
/** Server → visitor: how members who wrote in the conversation are called and look now. */
export type FacesFrame = { stream: Stream; faces: Face[]; facesAt: number }

/** What a visitor's connection says once, before anything else. */
export const visitorHandshakeSchema = z.strictObject({ agentId: idSchema, token: visitorTokenSchema })
export type VisitorHandshake = z.infer<typeof visitorHandshakeSchema>
