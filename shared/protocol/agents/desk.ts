import { z } from 'zod'
import { idSchema, timeSchema } from '../resources.ts'
import { positionSchema } from '../positions.ts'
import { contactSchema } from './contacts.ts'
import { conversationSchema, formerMemberSchema, messageSchema } from './conversations.ts'
import { searchQuery } from './knowledge.ts'

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

/**
 * The conversations of an agent as the Help Desk lists them, each list by when something happened last, the latest first.
 * A second snapshot of `agent:<id>`, at `position` of it; what is unread goes on from `user:<id>`, too.
 */
export const deskAnswer = z
  .strictObject({
    position: positionSchema,
    epoch: z.string(),
    unresolved: z.array(listedConversationSchema),
    resolved: z.array(listedConversationSchema),
    /** For who asks alone: what of these they have not read. `upTo`: the last message that somebody else wrote. */
    unread: z.array(z.strictObject({ conversationId: idSchema, upTo: z.int() })),
    /** Of those who wrote last or answered in one of these; not a part of what `position` is of. */
    former: z.array(formerMemberSchema),
  })
  .meta({ id: 'Desk' })
export type DeskAnswer = z.infer<typeof deskAnswer>

/** What is told of a conversation whenever its line in the list changes. */
export const listedEvent = z.strictObject({ conversation: listedConversationSchema })

/** The most conversations that a search answers. */
export const mostFoundConversations = 50

/** By words of a message, or of the contact's name or address; the last word may be the beginning of one. */
export const deskSearchQuery = searchQuery.pick({ q: true }).extend({
  /** Looks into this agent alone. */
  agentId: idSchema.optional(),
})
export type DeskSearchQuery = z.infer<typeof deskSearchQuery>

export const foundConversationSchema = z
  .strictObject({
    conversation: listedConversationSchema,
    /**
     * The newest message with the words, cut around them: text, in turns outside and inside of a match, starting outside.
     * Null where the contact alone has them.
     */
    snippet: z.array(z.string()).nullable(),
  })
  .meta({ id: 'FoundConversation' })
export type FoundConversation = z.infer<typeof foundConversationSchema>

/** Of the agents that are in the Help Desk, in every state, the latest first. */
export const deskSearchAnswer = z.strictObject({
  items: z.array(foundConversationSchema),
  former: z.array(formerMemberSchema),
})
export type DeskSearchAnswer = z.infer<typeof deskSearchAnswer>
