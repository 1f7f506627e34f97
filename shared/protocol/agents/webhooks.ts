import { z } from 'zod'
import { hasNoSignIn } from '../../text.ts'
import { pageOf, pageQuery } from '../page.ts'
import { agentParams, atLeastOne } from '../params.ts'
import { idSchema, timeSchema } from '../resources.ts'

/** The most endpoints that an agent can have. */
export const mostWebhooks = 20

/** What an endpoint can be told of: what happens in the agent, in its workspace, and in the account that pays. */
export const webhookEvents = [
  'contact.created',
  'contact.updated',
  'conversation.created',
  'message.created',
  'takeover.requested',
  'member.joined',
  'member.removed',
  'invitation.accepted',
  'seats.exhausted',
] as const
export type WebhookEvent = (typeof webhookEvents)[number]
export const webhookEventSchema = z.enum(webhookEvents)

export const webhookSummarySchema = z
  .strictObject({
    id: idSchema,
    /** Where it is; the rest of the address can be a secret, so whoever may edit the agent reads it by HTTP alone. */
    host: z.string(),
    events: z.array(webhookEventSchema),
    active: z.boolean(),
    /** Why it was switched off by itself, in a sentence, else null. */
    problem: z.string().nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'WebhookSummary' })
/** An endpoint as every member of the workspace may see it. */
export type WebhookSummary = z.infer<typeof webhookSummarySchema>

export const webhookSchema = webhookSummarySchema
  .extend({
    url: z.string(),
    /** The first failure since the last success, else null. */
    failingSince: timeSchema.nullable(),
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.infer<typeof webhookSchema>

/** Whether it may be called is decided as it is connected to. */
export const webhookUrlSchema = z
  .url({ protocol: /^https$/, normalize: true, error: 'Enter an address like https://example.com/webhook.' })
  .max(2000, 'Enter a shorter address.')
  .refine(hasNoSignIn, 'Leave out the sign-in.')
const subscriptionSchema = z
  .array(webhookEventSchema)
  .transform((chosen): WebhookEvent[] => webhookEvents.filter((one) => chosen.includes(one)))

export const createWebhookBody = z.strictObject({ url: webhookUrlSchema, events: subscriptionSchema })
export type NewWebhook = z.input<typeof createWebhookBody>
export const changeWebhookBody = atLeastOne(
  z.strictObject({
    url: webhookUrlSchema.optional(),
    events: subscriptionSchema.optional(),
    active: z.boolean().optional(),
  }),
)
export type WebhookChange = z.input<typeof changeWebhookBody>

/** The secret that its deliveries are signed with (`whsec_…`), shown this once. */
export const webhookWithSecretAnswer = z.strictObject({ webhook: webhookSchema, secret: z.string() })
export type WebhookWithSecret = z.infer<typeof webhookWithSecretAnswer>
export const webhooksAnswer = pageOf(webhookSchema)

export const deliverySchema = z
  .strictObject({
    /** The `webhook-id` header of each attempt. */
    id: idSchema,
    type: webhookEventSchema,
    /** The body, as it is signed: JSON. */
    payload: z.string(),
    /** Sent by the test button. */
    test: z.boolean(),
    /** `failed`: given up. */
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    nextAttemptAt: timeSchema.nullable(),
    lastAttemptAt: timeSchema.nullable(),
    /** Of the last attempt: the answer's HTTP status, or null and why there was none. */
    answerStatus: z.int().nullable(),
    answerProblem: z.string().nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'WebhookDelivery' })
export type Delivery = z.infer<typeof deliverySchema>

/** The newest first. */
export const deliveriesQuery = pageQuery.extend({ status: z.enum(['pending', 'delivered', 'failed']).optional() })
export type DeliveriesQuery = z.infer<typeof deliveriesQuery>
export const deliveriesAnswer = pageOf(deliverySchema)

export const testWebhookBody = z.strictObject({ type: webhookEventSchema })

export const webhookParams = agentParams.extend({ webhookId: idSchema })
export const deliveryParams = webhookParams.extend({ deliveryId: idSchema })
