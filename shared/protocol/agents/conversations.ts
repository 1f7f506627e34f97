import { z } from 'zod'
import { passage } from '../../text.ts'
import { pageOf, pageQuery } from '../page.ts'
import { agentParams, atLeastOne } from '../params.ts'
import { idSchema, timeSchema } from '../resources.ts'
import { positionSchema } from '../positions.ts'

export const conversationStateSchema = z.enum(['open', 'waiting', 'resolved'])

export const conversationSchema = z
  .strictObject({
    id: idSchema,
    agentId: idSchema,
    contactId: idSchema.nullable(),
    /** `waiting`: for a person, since somebody asked for one. */
    state: conversationStateSchema,
    /** The member who answers; null: the Assistant. Of a resolved one whoever had it last, member or not any more. */
    assigneeId: idSchema.nullable(),
    messageCount: z.int(),
    createdAt: timeSchema,
    /** When it was last written in or changed. */
    updatedAt: timeSchema,
  })
  .meta({ id: 'Conversation' })
export type Conversation = z.infer<typeof conversationSchema>

export const messageSchema = z
  .strictObject({
    id: idSchema,
    conversationId: idSchema,
    author: z.strictObject({
      kind: z.enum(['contact', 'assistant', 'member']),
      /** Of a member, whether they still are one or not; else null. */
      memberId: idSchema.nullable(),
      /** What they were called when they wrote it; of a contact without a name it is empty. */
      name: z.string(),
    }),
    text: z.string(),
    at: timeSchema,
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof messageSchema>

/** What somebody was called last who wrote or answered and is a member no more. */
export const formerMemberSchema = z.strictObject({ memberId: idSchema, name: z.string() }).meta({ id: 'FormerMember' })
export type FormerMember = z.infer<typeof formerMemberSchema>

export const messageTextSchema = passage(8000).refine((text) => text.length > 0, 'Write something.')

/** With a first message it is the contact's. */
export const createConversationBody = z.strictObject({
  contactId: idSchema.optional(),
  text: messageTextSchema.optional(),
})
export type NewConversation = z.infer<typeof createConversationBody>

/** `assigneeId` null gives it back to the Assistant. */
export const changeConversationBody = atLeastOne(
  z.strictObject({ state: conversationStateSchema.optional(), assigneeId: idSchema.nullable().optional() }),
)
export type ConversationChange = z.infer<typeof changeConversationBody>

export const conversationsQuery = pageQuery.extend({
  state: conversationStateSchema.optional(),
  contactId: idSchema.optional(),
})
export type ConversationsQuery = z.infer<typeof conversationsQuery>
export const conversationsAnswer = pageOf(conversationSchema)

/** The snapshot of `conversation:<id>`: its newest messages, the oldest of them first. Older ones come in pages. */
export const conversationAnswer = z
  .strictObject({
    position: positionSchema,
    epoch: z.string(),
    conversation: conversationSchema,
    messages: z.array(messageSchema),
    /** Of those who wrote these messages or answered; not a part of what `position` is of. */
    former: z.array(formerMemberSchema),
  })
  .meta({ id: 'ConversationSnapshot' })
export type ConversationAnswer = z.infer<typeof conversationAnswer>

/** How far somebody has read: so many of its messages, from the first one on. */
export const markReadBody = z.strictObject({ upTo: z.int().min(1) })

export const writeMessageBody = z.strictObject({ text: messageTextSchema })
/** Of the API: whose message it is. A product hands on what its people write, or answers as the Assistant. */
export const writeMessageByKeyBody = writeMessageBody.extend({ author: z.enum(['contact', 'assistant']) })
/** The newest first. */
export const messagesQuery = pageQuery
export const messagesAnswer = pageOf(messageSchema)

export const conversationParams = agentParams.extend({ conversationId: idSchema })
