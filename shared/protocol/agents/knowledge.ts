import { z } from 'zod'
import { languageSchema } from '../languages.ts'
import { hasNoSignIn, line, passage } from '../../text.ts'
import { pageOf, pageQuery } from '../page.ts'
import { agentParams, atLeastOne } from '../params.ts'
import { idSchema, timeSchema } from '../resources.ts'

/** The most resources that an agent's knowledge base can have, and the longest that one can be, in characters. */
export const mostResources = 10_000
export const mostContent = 50_000
/** The most that is kept of a page that is read, in characters. */
export const mostPageText = 200_000
/** The longest body of a request that brings one: JSON may write a character as twelve bytes. */
export const mostResourceBytes = 12 * mostContent + 8 * 1024

export const resourceSummarySchema = z
  .strictObject({
    id: idSchema,
    kind: z.enum(['text', 'qa', 'url']),
    /** The title, the question, or the page's own title. */
    title: z.string(),
    /** Of a page: where it is read from, else null. */
    url: z.string().nullable(),
    language: languageSchema,
    /** `fetching`: the page is being read, and until it is, what was read before is found. */
    status: z.enum(['ready', 'fetching', 'failed']),
    /** Why the page could not be read, in a sentence, else null. */
    problem: z.string().nullable(),
    /** When the page was last read, else null. */
    fetchedAt: timeSchema.nullable(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'ResourceSummary' })
/** A resource of a knowledge base, as lists and the event log have it: without its content. */
export type ResourceSummary = z.infer<typeof resourceSummarySchema>

export const resourceSchema = resourceSummarySchema
  .extend({
    /** The text, the answer, or what could be read of the page. */
    content: z.string(),
  })
  .meta({ id: 'Resource' })
export type Resource = z.infer<typeof resourceSchema>

const titleSchema = line(1, 300, 'Enter a title.')
const contentSchema = passage(mostContent).refine((text) => text.length > 0, 'Enter some text.')
/** Where a page is, over http or https and with no sign-in in it. Whether it may be read is decided as it is connected to. */
export const pageUrlSchema = z
  .url({ protocol: /^https?$/, error: 'Enter an address like https://example.com/help.' })
  .max(2000, 'Enter a shorter address.')
  .refine(hasNoSignIn, 'Leave out the sign-in.')

/** By its kind; the language is the agent's where none is given. */
export const createResourceBody = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('text'),
    title: titleSchema,
    content: contentSchema,
    language: languageSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('qa'),
    question: line(1, 300, 'Enter a question.'),
    answer: contentSchema,
    language: languageSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('url'), url: pageUrlSchema, language: languageSchema.optional() }),
])
export type NewResource = z.infer<typeof createResourceBody>

/** A page's title and text are changed where it is, and read again by `refresh`: of a page `language` alone. */
export const changeResourceBody = atLeastOne(
  z.strictObject({
    title: titleSchema.optional(),
    content: contentSchema.optional(),
    language: languageSchema.optional(),
  }),
)
export type ResourceChange = z.infer<typeof changeResourceBody>

export const resourcesQuery = pageQuery
export const resourcesAnswer = pageOf(resourceSummarySchema)

export const searchQuery = z.strictObject({
  q: z
    .string()
    .trim()
    .min(1, 'Enter what to look for.')
    .max(500, 'Use at most 500 characters.')
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'Remove characters that cannot be typed.'),
  limit: z.coerce.number().int().min(1).max(50).default(10),
})
export const foundSchema = z
  .strictObject({
    resource: resourceSummarySchema,
    /** The best passage, cut around what was found: text, in turns outside and inside of a match, starting outside. */
    snippet: z.array(z.string()),
    /** Higher is better; comparable within one search. */
    rank: z.number(),
  })
  .meta({ id: 'Found' })
export type Found = z.infer<typeof foundSchema>
export const searchAnswer = z.strictObject({ items: z.array(foundSchema) })
export type SearchAnswer = z.infer<typeof searchAnswer>

export const resourceParams = agentParams.extend({ resourceId: idSchema })
