import { z } from 'zod'
import { emailSchema, line } from '../../text.ts'
import { pageOf, pageQuery } from '../page.ts'
import { agentParams, atLeastOne } from '../params.ts'
import { idSchema, timeSchema } from '../resources.ts'

export const contactSchema = z
  .strictObject({
    id: idSchema,
    /** May be empty. */
    name: z.string(),
    email: z.string().nullable(),
    /** What the product itself calls this person, else null. */
    externalId: z.string().nullable(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Contact' })
/** A person who writes to an agent. */
export type Contact = z.infer<typeof contactSchema>

const externalIdSchema = line(1, 255)
const contactNameSchema = z.union([z.literal(''), line(1, 80)])

/** Somebody: a name, an email address or an id. An address and an id are one contact's within the agent. */
export const createContactBody = z
  .strictObject({
    name: contactNameSchema.optional(),
    email: emailSchema.optional(),
    externalId: externalIdSchema.optional(),
  })
  .refine(
    ({ name = '', email = '', externalId = '' }) => name + email + externalId !== '',
    'Give a name, an email address or an id.',
  )
export type NewContact = z.infer<typeof createContactBody>

/** `null` takes a field away. */
export const changeContactBody = atLeastOne(
  z.strictObject({
    name: contactNameSchema.optional(),
    email: emailSchema.nullable().optional(),
    externalId: externalIdSchema.nullable().optional(),
  }),
)
export type ContactChange = z.infer<typeof changeContactBody>

/** The newest first; by their exact email address or id where one is given. */
export const contactsQuery = pageQuery.extend({
  email: emailSchema.optional(),
  externalId: externalIdSchema.optional(),
})
export type ContactsQuery = z.infer<typeof contactsQuery>
export const contactsAnswer = pageOf(contactSchema)

export const contactParams = agentParams.extend({ contactId: idSchema })
