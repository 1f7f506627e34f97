import { z } from 'zod'

/** What says that something about a customer's subscriptions may have changed. */
const telling =
  /^(checkout\.session\.(completed|async_payment_\w+)|customer\.(deleted|subscription\.\w+)|invoice\.(paid|payment_failed))$/

const eventSchema = z.object({
  type: z.string().regex(telling),
  data: z.object({
    object: z.object({
      object: z.string(),
      id: z.string().optional(),
      customer: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
    }),
  }),
})

/**
 * The customer that an event is about; null: none, or it is nothing to us. That is all that is read of it: events come
 * late, twice and in any order, so what they say may be over. They only tell whom to ask about.
 */
export function customerIn(event: unknown): string | null {
  const read = eventSchema.safeParse(event)
  if (!read.success) return null
  const { object, id, customer } = read.data.data.object
  if (object === 'customer') return id ?? null
  return typeof customer === 'object' ? (customer?.id ?? null) : (customer ?? null)
}
