import { z } from 'zod'
import { timeSchema } from '../resources.ts'
import { positionSchema } from '../streams.ts'
import { contactSchema } from './contacts.ts'
import { conversationSchema, messageSchema } from './conversations.ts'

/** The most characters of a last message that a list shows. */
export const mostExcerpt = 200

export const listedConversationSchema = conversationSchema
  .extend({
    /** Who wrote to us, else null. */
    contact: contactSchema.pick({ id: true, name: true, email: true }).nullable(),
    /** The beginning of what was written last; null while nothing was. */
    lastMessage: z.strictObject({ author: messageSchema.shape.author, excerpt: z.string(), at: timeSchema }).nullable(),
  })
  .meta({ id: 'ListedConversation' })
/** A conversation as the Help Desk lists it. */
export type ListedConversation = z.infer<typeof listedConversationSchema>

/** How many of each list the snapshot holds. */
export const mostListed = { unresolved: 200, resolved: 100 } as const

/**
 * The conversations of an agent as the Help Desk lists them, each list by when something happened last, the latest first.
 * A second snapshot of `agent:<id>`, at `position` of it.
 */
export const deskAnswer = z
  .strictObject({
    position: positionSchema,
    epoch: z.string(),
    unresolved: z.array(listedConversationSchema),
    resolved: z.array(listedConversationSchema),
  })
  .meta({ id: 'Desk' })
export type DeskAnswer = z.infer<typeof deskAnswer>

/** What is told of a conversation whenever its line in the list changes. */
export const listedEvent = z.strictObject({ conversation: listedConversationSchema })
