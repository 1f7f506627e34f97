import type { Context } from 'hono'
import { checkoutBody, heardAnswer, paymentPageAnswer } from '#shared/protocol/billing.ts'
import { openCheckout, openPortal } from '../billing/payment-pages.ts'
import type { StripeApi } from '../billing/stripe-api.ts'
import { askForSync } from '../billing/sync.ts'
import { Refusal } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Env, Services } from './env.ts'
import { idempotencyOf, requireSession, serve, type Router } from './router.ts'

export function billingRoutes(router: Router, { core, limits, publicUrl, stripe }: Services): void {
  const { sql } = core

  async function payer(c: Context<Env>): Promise<{ userId: string; stripe: StripeApi }> {
    const { user } = requireSession(c)
    const api = requireStripe(stripe)
    await limits.spend('paymentPagesByUser', user.id)
    return { userId: user.id, stripe: api }
  }

  serve(
    router,
    'post',
    '/api/account/billing/checkout',
    { summary: 'A page on which to buy a plan and add-on seats', body: checkoutBody, answer: paymentPageAnswer },
    async ({ c, body }) => {
      const { userId, stripe } = await payer(c)
      const key = idempotencyOf(c, userId, body)?.key ?? newId()
      return c.json({ url: await openCheckout({ sql, stripe, publicUrl }, userId, { ...body, key }) })
    },
  )

  serve(
    router,
    'post',
    '/api/account/billing/portal',
    { summary: 'A page on which to change, cancel and pay what was bought', answer: paymentPageAnswer },
    async ({ c }) => {
      const { userId, stripe } = await payer(c)
      return c.json({ url: await openPortal({ sql, stripe, publicUrl }, userId) })
    },
  )

  serve(
    router,
    'post',
    '/api/billing/stripe',
    {
      summary: 'Where Stripe tells of payments',
      description: 'An event, signed by Stripe in `Stripe-Signature`. Any order and any number of repetitions will do.',
      answer: heardAnswer,
    },
    async ({ c }) => {
      const body = Buffer.from(await c.req.arrayBuffer())
      const customerId = requireStripe(stripe).customerOf(body, c.req.header('stripe-signature') ?? '')
      if (customerId !== null) await askForSync(sql, customerId)
      return c.json({ received: true })
    },
  )
}

function requireStripe(stripe: StripeApi | null): StripeApi {
  if (!stripe) throw new Refusal('billing_managed_elsewhere', 'Nothing is sold here: plan and seats are set by hand.')
  return stripe
}
