import { z } from 'zod'
import { agentNameSchema, emailSchema } from '../../text.ts'
import { pageOf } from '../page.ts'
import { agentParams, atLeastOne } from '../params.ts'
import { idSchema, timeSchema } from '../resources.ts'
import { webhookUrlSchema } from './webhooks.ts'

/** The most integrations that an agent can have. */
export const mostIntegrations = 20

export const integrationSchema = z
  .strictObject({
    id: idSchema,
    kind: z.enum(['slack', 'email']),
    name: z.string(),
    /** As much of where it goes as may be shown: the host, or the address with its name cut. */
    hint: z.string(),
    active: z.boolean(),
    /** Why the last message could not be handed on, in a sentence, else null. */
    problem: z.string().nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Integration' })
/** Somewhere that is told of new conversations. Where exactly is a secret: it is never shown again. */
export type Integration = z.infer<typeof integrationSchema>

/** `slack`: an incoming webhook of Slack, or of whatever takes the same. */
export const createIntegrationBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('slack'), name: agentNameSchema, url: webhookUrlSchema }),
  z.strictObject({ kind: z.literal('email'), name: agentNameSchema, to: emailSchema }),
])
export type NewIntegration = z.infer<typeof createIntegrationBody>

/** `url` is a Slack one's alone, `to` an email one's. */
export const changeIntegrationBody = atLeastOne(
  z.strictObject({
    name: agentNameSchema.optional(),
    active: z.boolean().optional(),
    url: webhookUrlSchema.optional(),
    to: emailSchema.optional(),
  }),
)
export type IntegrationChange = z.infer<typeof changeIntegrationBody>

export const integrationsAnswer = pageOf(integrationSchema)
export const integrationParams = agentParams.extend({ integrationId: idSchema })
