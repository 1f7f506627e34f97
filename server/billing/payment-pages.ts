import { createHash } from 'node:crypto'
import type { Order } from '#shared/protocol/billing.ts'
import { Refusal } from '../core/errors.ts'
import type { Sql } from '../db/sql.ts'
import { keepCustomer } from './keep-customer.ts'
import type { Prices } from './prices.ts'
import { readPayer, type Payer } from './queries/payer.ts'
import { isOpen } from './standing.ts'
import type { StripeApi } from './stripe-api.ts'
import { askForSync } from './sync.ts'

type Parts = { sql: Sql; stripe: StripeApi; publicUrl: string }

/**
 * The page on which the owner buys what they have not yet. `key`: asked with the same one it is the same page. Refuses
 * with `subscription_exists` where they already pay: what they have is changed in the portal.
 */
export async function openCheckout(
  { sql, stripe, publicUrl }: Parts,
  userId: string,
  { key, ...order }: Order & { key: string },
): Promise<string> {
  const payer = await readPayer(sql, userId)
  const { accountId } = payer
  const customerId = await customerFor({ sql, stripe }, payer)
  const items = itemsOf(order, stripe.prices)
  return stripe.openCheckout({ accountId, customerId, items, returnTo: planPage(publicUrl, payer), key: keyOf('checkout', accountId, key) }) // prettier-ignore
}

/** The page on which they change, cancel and pay what they have bought. */
export async function openPortal({ sql, stripe, publicUrl }: Parts, userId: string): Promise<string> {
  const payer = await readPayer(sql, userId)
  if (payer.customerId === null)
    throw new Refusal('no_subscription', 'There is nothing to manage yet. Choose a plan first.')
  return stripe.openPortal(payer.customerId, planPage(publicUrl, payer))
}

/** Stripe is asked, not our rows: what somebody bought a moment ago must not be bought twice. */
async function customerFor(
  { sql, stripe }: Pick<Parts, 'sql' | 'stripe'>,
  { accountId, email, name, customerId: former }: Payer,
): Promise<string> {
  const found = former === null ? null : await stripe.subscriptionsOf(former)
  if (former !== null && found) {
    if (!found.some(isOpen)) return former
    await askForSync(sql, former)
    throw new Refusal('subscription_exists', 'You have a subscription. Change it under “Manage billing”.')
  }
  // two who ask at once get one customer, and so does whoever asks again after an answer that was lost
  const key = keyOf('customer', accountId, former ?? '', email, name)
  const customerId = await stripe.createCustomer({ accountId, email, name, key })
  return keepCustomer(sql, { accountId, customerId, former })
}

function itemsOf({ plan, addonSeats }: Order, prices: Prices) {
  return [
    ...(plan === 'free' ? [] : [{ price: prices[plan], quantity: 1 }]),
    ...(addonSeats === 0 ? [] : [{ price: prices.addon_seat, quantity: addonSeats }]),
  ]
}

/** Of the public address alone, never of what a request called this server. */
function planPage(publicUrl: string, { handle }: Payer): string {
  return handle === null ? `${publicUrl}/` : `${publicUrl}/w/${handle}/plan`
}

/** Stripe refuses a key that comes with other words than the first time, so whatever may change is part of it. */
function keyOf(...parts: string[]): string {
  return `rollcall-${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`
}
