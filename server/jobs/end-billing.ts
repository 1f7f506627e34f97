import type { StripeApi } from '../billing/stripe-api.ts'
import type { Log } from '../log.ts'
import type { Jobs } from './enqueue.ts'

/** Whoever deleted their account pays no longer, and Stripe forgets them as we do. */
export function endBilling({ stripe, log }: { stripe: StripeApi | null; log: Log }) {
  return async ({ customerId }: Jobs['end-billing']): Promise<void> => {
    if (stripe) await stripe.deleteCustomer(customerId)
    else log.error({ customerId }, 'whoever deleted their account may still pay: BILLING is no longer stripe')
  }
}
