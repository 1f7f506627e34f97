import { randomBytes } from 'node:crypto'
import type { Prices } from '#server/billing/prices.ts'

// What Stripe's API answers, with the fields that it has there.

export const prices = {
  basic_ai: 'price_basic',
  standard_ai: 'price_standard',
  pro_ai: 'price_pro',
  addon_seat: 'price_seat',
} as const satisfies Prices

type Item = { price: string; quantity: number }
/** What is bought, and how its payment stands. `created` in seconds. */
export type Buying = { items?: Item[]; status?: string; created?: number }
export type StripeSubscription = ReturnType<typeof subscription>

const apiVersion = '2026-10-28.endive'
const month = 30 * 86_400
let clock = Math.floor(Date.UTC(2026, 10, 1) / 1_000)

export function newStripeId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}

/** Each a second later than the one before. */
function nextSecond(): number {
  return (clock += 1)
}

export function customer({ email, name, metadata }: { email: string; name: string; metadata: object }) {
  return {
    id: newStripeId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: nextSecond(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    email,
    invoice_prefix: '0A1B2C3D',
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata,
    name,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  }
}

/** A plan for one, and so many add-on seats. */
export function itemsFor(plan: 'free' | 'basic_ai' | 'standard_ai' | 'pro_ai', seats: number): Item[] {
  return [
    ...(plan === 'free' ? [] : [{ price: prices[plan], quantity: 1 }]),
    ...(seats === 0 ? [] : [{ price: prices.addon_seat, quantity: seats }]),
  ]
}

export function subscription(customerId: string, { items = [], status = 'active', created = nextSecond() }: Buying) {
  const id = newStripeId('sub')
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: created,
    billing_mode: { type: 'flexible' },
    cancel_at: null as number | null,
    cancel_at_period_end: false,
    canceled_at: null as number | null,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: 'charge_automatically',
    created,
    currency: 'eur',
    customer: customerId,
    default_payment_method: newStripeId('pm'),
    description: null,
    discounts: [],
    ended_at: null as number | null,
    items: listOf(id, items, created),
    latest_invoice: newStripeId('in'),
    livemode: false,
    metadata: {},
    pause_collection: null,
    pending_update: null,
    schedule: null,
    start_date: created,
    status,
    test_clock: null,
    trial_end: null,
    trial_start: null,
  }
}

/** Changes it as somebody does in the portal, or as a payment does. */
export function withItems(one: StripeSubscription, { items, status }: Buying): void {
  if (items) one.items = listOf(one.id, items, one.created)
  if (status) one.status = status
}

function listOf(subscriptionId: string, items: Item[], created: number) {
  const data = items.map(({ price, quantity }) => ({
    id: newStripeId('si'),
    object: 'subscription_item',
    created,
    current_period_end: created + month,
    current_period_start: created,
    discounts: [],
    metadata: {},
    price: {
      id: price,
      object: 'price',
      active: true,
      billing_scheme: 'per_unit',
      currency: 'eur',
      livemode: false,
      product: `prod_${price.slice('price_'.length)}`,
      recurring: { interval: 'month', interval_count: 1, meter: null, usage_type: 'licensed' },
      type: 'recurring',
      unit_amount: 900,
    },
    quantity,
    subscription: subscriptionId,
    tax_rates: [],
  }))
  const url = `/v1/subscription_items?subscription=${subscriptionId}`
  return { object: 'list', data, has_more: false, total_count: data.length, url }
}

type Checkout = { customer: string; successUrl: string; reference: string }

export function checkoutSession({ customer: customerId, successUrl, reference }: Checkout) {
  const id = newStripeId('cs_test')
  return {
    id,
    object: 'checkout.session',
    client_reference_id: reference,
    created: nextSecond(),
    currency: 'eur',
    customer: customerId,
    livemode: false,
    mode: 'subscription',
    payment_status: 'unpaid',
    status: 'open',
    subscription: null,
    success_url: successUrl,
    url: `https://checkout.stripe.com/c/pay/${id}`,
  }
}

export function portalSession({ customer: customerId, returnUrl }: { customer: string; returnUrl: string }) {
  return {
    id: newStripeId('bps'),
    object: 'billing_portal.session',
    configuration: newStripeId('bpc'),
    created: nextSecond(),
    customer: customerId,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: returnUrl,
    url: `https://billing.stripe.com/p/session/${newStripeId('test')}`,
  }
}

/** What Stripe posts: the object as it was when it happened. */
export function eventOf(type: string, object: object) {
  return {
    id: newStripeId('evt'),
    object: 'event',
    api_version: apiVersion,
    created: nextSecond(),
    data: { object: structuredClone(object) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: newStripeId('req'), idempotency_key: null },
    type,
  }
}
