import { z } from 'zod'
import { mostAddonSeats } from '../plans.ts'
import { planSchema } from './plans.ts'
import { timeSchema } from './resources.ts'

/** Who takes the money. `manual`: nobody; the owner sets plan and seats. */
export const providerSchema = z.enum(['manual', 'stripe'])
export type Provider = z.infer<typeof providerSchema>

/**
 * What an account's owner is told of payment. `past_due`: a payment failed; plan and seats stay until `graceUntil`, and
 * are gone where that has passed. `cancelled`: there was a subscription, and it gives nothing any more.
 */
export const billingSchema = z
  .strictObject({
    provider: providerSchema,
    status: z.enum(['none', 'active', 'past_due', 'cancelled']),
    graceUntil: timeSchema.nullable(),
    /** When the subscription ends, where it was cancelled for then. */
    cancelsAt: timeSchema.nullable(),
  })
  .meta({ id: 'Billing' })
export type Billing = z.infer<typeof billingSchema>

export const checkoutBody = z
  .strictObject({ plan: planSchema, addonSeats: z.int().min(0).max(mostAddonSeats) })
  .refine(({ plan, addonSeats }) => plan !== 'free' || addonSeats > 0, {
    path: ['plan'],
    message: 'Choose a plan, or add seats: there is nothing to pay for.',
  })
export type Order = z.infer<typeof checkoutBody>

/** A page of the payment provider, for the person who asked alone. */
export const paymentPageAnswer = z.strictObject({ url: z.string() })
export type PaymentPage = z.infer<typeof paymentPageAnswer>

/** What a payment provider is answered that told us something. */
export const heardAnswer = z.strictObject({ received: z.literal(true) })
