import { mostAddonSeats, plans, type Plan } from '#shared/plans.ts'
import type { Billing } from '#shared/protocol/billing.ts'
import { sold, type Prices, type Sold } from './prices.ts'

/** A subscription as the provider tells of it. `created` in seconds of the epoch; a price without a count counts once. */
export type Subscription = {
  id: string
  status: string
  created: number
  cancelsAt: string | null
  items: { price: string; quantity: number }[]
}

/** What an account has bought, as its subscriptions say. `oddities`: what an operator should look at, without names. */
export type Standing = {
  subscriptionId: string | null
  status: Billing['status']
  plan: Plan
  addonSeats: number
  cancelsAt: string | null
  oddities: string[]
}

/** What gives plan and seats, or did until a payment failed. A first payment that is under way gives nothing yet. */
const giving: Readonly<Record<string, 'active' | 'past_due'>> = {
  active: 'active',
  trialing: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
}
/** What another subscription must not be bought beside. */
const open = new Set([...Object.keys(giving), 'paused'])
const ended = new Set(['canceled', 'incomplete_expired', 'paused'])

export function isOpen({ status }: Subscription): boolean {
  return open.has(status)
}

/** The newest subscription that gives something decides; of several the others are an oddity. */
export function standingOf(found: readonly Subscription[], prices: Prices): Standing {
  const [newest, ...others] = found.filter(({ status }) => status in giving).sort(byAge)
  if (!newest) return { ...nothing, status: found.some(({ status }) => ended.has(status)) ? 'cancelled' : 'none' }
  const { id, status, cancelsAt } = newest
  const { bought, unknown } = boughtBy(newest, prices)
  const oddities = unknown.map((price) => `a price that STRIPE_PRICES does not name: ${price}`)
  if (others.length > 0) oddities.push(`${others.length + 1} subscriptions at once; the newest counts`)
  return { subscriptionId: id, status: giving[status] ?? 'none', cancelsAt, ...bought, oddities }
}

const nothing: Standing = {
  subscriptionId: null,
  status: 'none',
  plan: 'free',
  addonSeats: 0,
  cancelsAt: null,
  oddities: [],
}

/** The newest first; of the same second by id, so that the order in which they were told of decides nothing. */
function byAge(one: Subscription, other: Subscription): number {
  return other.created - one.created || (one.id < other.id ? 1 : -1)
}

function boughtBy({ items }: Subscription, prices: Prices) {
  const named = new Map<string, Sold>(sold.map((what) => [prices[what], what]))
  const counts = new Map<Sold, number>()
  const unknown: string[] = []
  for (const { price, quantity } of items) {
    const what = named.get(price)
    if (what) counts.set(what, (counts.get(what) ?? 0) + quantity)
    else unknown.push(price)
  }
  const plan = plans.findLast((one) => one !== 'free' && (counts.get(one) ?? 0) > 0) ?? 'free'
  const addonSeats = Math.min(mostAddonSeats, counts.get('addon_seat') ?? 0)
  return { bought: { plan, addonSeats }, unknown }
}
