import type Stripe from 'stripe'
import { Refusal } from '../core/errors.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { askStripe } from './ask-stripe.ts'
import { customerIn } from './event.ts'
import type { Prices } from './prices.ts'
import type { Subscription } from './standing.ts'
import { StripeProblem, type Reason } from './stripe-problem.ts'

/** `apiUrl`: of what speaks Stripe's language in its place; null: Stripe itself. Without a path. */
export type StripeSettings = { secretKey: string; webhookSecret: string; prices: Prices; apiUrl: string | null }

type Parts = { log: Log; metrics: Pick<Metrics, 'stripeFailures' | 'stripeCall'> }
/** `key`: asked again with the same one, the first answer comes again. */
type Keyed = { key: string }
type NewCustomer = Keyed & { accountId: string; email: string; name: string }
type NewCheckout = Keyed & { accountId: string; customerId: string; items: Item[]; returnTo: string }
type Item = { price: string; quantity: number }

/** What we ask of Stripe, and what it tells us. Everything but `customerOf` rejects with a `StripeProblem`. */
export type StripeApi = {
  prices: Prices
  /** Answers its id. */
  createCustomer: (customer: NewCustomer) => Promise<string>
  /** For good: its subscriptions end at once. One that is gone already is fine. */
  deleteCustomer: (customerId: string) => Promise<void>
  /** All that a customer ever had, as they are now; null: the customer was deleted. */
  subscriptionsOf: (customerId: string) => Promise<Subscription[] | null>
  /** Answers the page's address, as the two below it do. */
  openCheckout: (checkout: NewCheckout) => Promise<string>
  openPortal: (customerId: string, returnTo: string) => Promise<string>
  /**
   * The customer that an event is about; null: it says nothing of payment. `body`: every byte of it. Throws
   * `invalid_signature` where it was not signed with our secret within the last five minutes.
   */
  customerOf: (body: Buffer, signature: string) => string | null
}

/** Milliseconds for one answer, and how often it is asked again where that may help. Somebody waits for it. */
const patience = { timeout: 8_000, again: 1 }
/** As many subscriptions as one customer's state is made of. */
const mostSubscriptions = 1_000

/** `timeout`, in milliseconds, is for tests alone. */
export async function openStripe(
  settings: StripeSettings,
  parts: Parts,
  timeout = patience.timeout,
): Promise<StripeApi> {
  // here and no earlier: it is larger than all of ours, and most installations never need it
  const { default: Package } = await import('stripe')
  const stripe = new Package(settings.secretKey, {
    ...(settings.apiUrl !== null && addressOf(settings.apiUrl)),
    httpClient: { getClientName: () => 'rollcall', makeRequest: askStripe },
    timeout,
    maxNetworkRetries: patience.again,
    // it would note who we are in a file, and tell how long its own requests take
    telemetry: false,
    appInfo: { name: 'Rollcall' },
  })
  const ask = asking(parts)

  // With the key of another account, or of test mode, nobody is there either. Whom it has deleted Stripe remembers.
  async function requireDeleted(customerId: string): Promise<void> {
    const { deleted } = await ask(() => stripe.customers.retrieve(customerId))
    if (!deleted) throw new Error('Stripe has a customer whom it did not find.')
  }

  return {
    prices: settings.prices,
    async createCustomer({ accountId, email, name, key }) {
      const wanted = { email, name, metadata: { rollcall_account: accountId } }
      const { id } = await ask(() => stripe.customers.create(wanted, { idempotencyKey: key }))
      return id
    },
    async deleteCustomer(customerId) {
      const deleted = await ask(() => stripe.customers.del(customerId)).catch(ifMissing)
      if (!deleted) await requireDeleted(customerId)
    },
    async subscriptionsOf(customer) {
      const list = () =>
        stripe.subscriptions
          .list({ customer, status: 'all', limit: 100 })
          .autoPagingToArray({ limit: mostSubscriptions })
      const found = await ask(list).catch(ifMissing)
      if (found) return found.map(subscriptionOf)
      await requireDeleted(customer)
      return null
    },
    async openCheckout({ accountId, customerId, items, returnTo, key }) {
      const wanted = {
        mode: 'subscription',
        customer: customerId,
        client_reference_id: accountId,
        line_items: items,
        subscription_data: { metadata: { rollcall_account: accountId } },
        success_url: returnTo,
        cancel_url: returnTo,
      } as const
      return addressIn(await ask(() => stripe.checkout.sessions.create(wanted, { idempotencyKey: key })))
    },
    async openPortal(customer, returnTo) {
      return addressIn(await ask(() => stripe.billingPortal.sessions.create({ customer, return_url: returnTo })))
    },
    customerOf(body, signature) {
      return customerIn(signed(() => stripe.webhooks.constructEvent(body, signature, settings.webhookSecret)))
    },
  }
}

function addressOf(url: string): { protocol: 'http' | 'https'; host: string; port: string } {
  const { protocol, hostname, port } = new URL(url)
  const isPlain = protocol === 'http:'
  return { protocol: isPlain ? 'http' : 'https', host: hostname, port: port || (isPlain ? '80' : '443') }
}

function asking({ log, metrics }: Parts) {
  return async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    const end = metrics.stripeCall.startTimer()
    try {
      return await call()
    } catch (error) {
      const problem = problemOf(error)
      metrics.stripeFailures.inc({ reason: problem.reason })
      log.warn({ reason: problem.reason, ...problem.detail }, 'Stripe did not do what it was asked')
      throw problem
    } finally {
      end()
    }
  }
}

/** What of the package's errors is read. */
type Failed = { type?: string; statusCode?: number; code?: string; requestId?: string; detail?: unknown }

/** What is no answer of Stripe's, or none to its caller's mistake, is thrown. */
function problemOf(error: unknown): StripeProblem {
  const { type, statusCode: status, code, requestId, detail } = error as Failed
  if (type === undefined) throw error
  if (type === 'StripeIdempotencyError' && status === 400)
    throw new Refusal('idempotency_mismatch', 'This Idempotency-Key was used for another request. Use a new one.')
  return new StripeProblem(reasonOf(type, status, detail), { status, code, requestId })
}

function reasonOf(type: string, status: number | undefined, detail: unknown): Reason {
  if (type === 'StripeConnectionError') return codeOf(detail) === 'ETIMEDOUT' ? 'late' : 'unreachable'
  if (status === 429) return 'rate_limited'
  return status !== undefined && status >= 400 && status < 500 ? 'refused' : 'failing'
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function ifMissing(error: unknown): null {
  if (error instanceof StripeProblem && error.detail.code === 'resource_missing') return null
  throw error
}

function subscriptionOf(told: Stripe.Subscription): Subscription {
  const { id, status, created, cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd, items } = told
  const periodEnds = items.data.map((item) => item.current_period_end)
  const end = cancelAt ?? (atPeriodEnd ? Math.max(...periodEnds) : null)
  return {
    id,
    status,
    created,
    cancelsAt: end === null || !Number.isFinite(end) ? null : new Date(end * 1_000).toISOString(),
    items: items.data.map(({ price, quantity = 1 }) => ({ price: price.id, quantity })),
  }
}

function addressIn({ url }: { url: string | null }): string {
  if (url === null) throw new Error('Stripe made a page without an address.')
  return url
}

function signed<Event>(verify: () => Event): Event {
  try {
    return verify()
  } catch {
    // it says which part is wrong, which is nobody's business who cannot sign
    throw new Refusal('invalid_signature', 'This was not signed with the secret of this endpoint, or too long ago.')
  }
}
