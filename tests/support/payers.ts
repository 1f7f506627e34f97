import Stripe from 'stripe'
import { expect } from 'vitest'
import type { Order, PaymentPage } from '#shared/protocol/billing.ts'
import type { TestNode } from './node.ts'
import { newUser, type Failure } from './people.ts'
import { eventOf, type Buying } from './stripe-objects.ts'
import type { StripeServer } from './stripe-server.ts'

export type Payer = Awaited<ReturnType<typeof newPayer>>

const patience = { timeout: 20_000, interval: 20 }

/** Somebody with a workspace who has opened the page to buy something, and has not paid yet. */
export async function newPayer(node: TestNode, order: Order = { plan: 'standard_ai', addonSeats: 2 }) {
  const ada = await newUser(node)
  const workspace = await ada.createWorkspace('Acme')
  const { status, body } = await ada.post<PaymentPage & Failure>('/api/account/billing/checkout', order)
  if (status !== 200) throw new Error(`The page to buy was not opened: ${status} ${body.code}`)
  const { accountId } = workspace
  const [row] = await node.owner<{ customerId: string }[]>`
    select customer_id from subscriptions where account_id = ${accountId}`
  return { ada, workspace, accountId, customerId: row?.customerId ?? '', url: body.url }
}

/** Somebody who has bought it, and whose account knows. */
export async function newSubscriber(node: TestNode, stripe: StripeServer, buying: Buying) {
  const payer = await newPayer(node)
  const bought = stripe.subscribe(payer.customerId, buying)
  await tell(node, eventOf('customer.subscription.created', bought))
  await synced(node, payer.accountId)
  return { ...payer, subscriptionId: bought.id }
}

type Signing = { secret?: string; timestamp?: number; header?: (header: string) => string; sent?: string }

/** Posts an event as Stripe does, signed by its own package; otherwise as `signing` says. */
export async function tell(node: TestNode, event: object, signing: Signing = {}) {
  const payload = JSON.stringify(event, null, 2)
  const { secret = 'whsec_nobodyMaySeeThisEither', timestamp, header = (value: string) => value } = signing
  const signed = Stripe.webhooks.generateTestHeaderString({ payload, secret, ...(timestamp && { timestamp }) })
  const answer = await fetch(`http://127.0.0.1:${node.port}/api/billing/stripe`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Stripe-Signature': header(signed) },
    body: signing.sent ?? payload,
  })
  return { status: answer.status, body: (await answer.json()) as { received?: true } & Partial<Failure> }
}

/** Waits until nothing is left to be asked about the account now. */
export async function synced(node: TestNode, accountId: string): Promise<void> {
  await expect.poll(() => waiting(node, accountId), patience).toEqual([])
}

/** What is to be asked about the account now, or is being asked. */
export function waiting(node: TestNode, accountId: string) {
  return node.owner<{ attempts: number }[]>`
    select attempts from graphile_worker._private_jobs
    where payload ->> 'accountId' = ${accountId} and (run_at <= now() or attempts > 0)`
}

/** Lets what waits for later come now. */
export async function comeNow(node: TestNode, key: string): Promise<void> {
  await node.owner`update graphile_worker._private_jobs set run_at = now() where key = ${key}`
}
