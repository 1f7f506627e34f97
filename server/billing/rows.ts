import type { Billing } from '#shared/protocol/billing.ts'

/** How an account's payment stood when the provider was asked last. */
export type SubscriptionRow = {
  customerId: string
  subscriptionId: string | null
  status: Billing['status']
  pastDueSince: string | null
  graceUntil: string | null
  cancelsAt: string | null
  /** The number of the asking that it is from. */
  synced: number
}

/** What of it the owner is told; without a status there is no such row. */
export type Told = Pick<SubscriptionRow, 'graceUntil' | 'cancelsAt'> & { status: Billing['status'] | null }

/** Of the person whose account it is. Without a provider, or before anybody began to pay, nothing. */
export function billingOf(provider: Billing['provider'], { status, graceUntil, cancelsAt }: Told): Billing {
  if (provider === 'manual' || status === null) return { provider, status: 'none', graceUntil: null, cancelsAt: null }
  return { provider, status, graceUntil, cancelsAt }
}
