import { expect, test } from 'vitest'
import type { PaymentPage } from '#shared/protocol/billing.ts'
import { useNode } from '../support/node.ts'
import { comeNow, newPayer, newSubscriber, synced, tell } from '../support/payers.ts'
import { newUser, type Failure } from '../support/people.ts'
import { eventOf, itemsFor } from '../support/stripe-objects.ts'
import { useStripeServer } from '../support/stripe-server.ts'

const stripe = useStripeServer()
const node = useNode(async () => ({ stripe: stripe().settings, logLevel: 'silent' }))

const patience = { timeout: 20_000, interval: 20 }

test('of two syncs that overlap the one that began first is not believed, though it is answered last', async () => {
  const payer = await newSubscriber(node(), stripe(), { items: itemsFor('basic_ai', 1) })
  const { ada, subscriptionId, customerId, accountId } = payer
  const event = () => eventOf('customer.subscription.updated', { object: 'subscription', customer: customerId })
  const { made, release } = stripe().holdNextList()
  await tell(node(), event())
  await made
  // while Stripe's answer is on its way, what it says is over
  stripe().change(subscriptionId, { items: itemsFor('pro_ai', 4) })
  await tell(node(), event())
  await expect.poll(async () => (await ada.me()).account, patience).toMatchObject({ plan: 'pro_ai', addonSeats: 4 })
  const { position } = await ada.me()
  release()
  await synced(node(), accountId)
  expect(await ada.me()).toMatchObject({ position, account: { plan: 'pro_ai', addonSeats: 4 } })
})

test('a sync that was answered while a later one asks waits for nobody: the later one has the last word', async () => {
  const payer = await newSubscriber(node(), stripe(), { items: itemsFor('basic_ai', 1) })
  const { ada, subscriptionId, customerId, accountId } = payer
  const event = () => eventOf('invoice.paid', { object: 'invoice', customer: customerId })
  const first = stripe().holdNextList()
  await tell(node(), event())
  await first.made
  stripe().change(subscriptionId, { items: itemsFor('standard_ai', 2) })
  const second = stripe().holdNextList()
  await tell(node(), event())
  await second.made
  first.release()
  second.release()
  await synced(node(), accountId)
  expect((await ada.me()).account).toMatchObject({ plan: 'standard_ai', addonSeats: 2 })
})

test('where the later one of two fails what the earlier one learnt counts', async () => {
  const payer = await newSubscriber(node(), stripe(), { items: itemsFor('basic_ai', 1) })
  const { ada, subscriptionId, customerId, accountId } = payer
  stripe().change(subscriptionId, { items: itemsFor('pro_ai', 2) })
  const { made, release } = stripe().holdNextList()
  await tell(node(), eventOf('invoice.paid', { object: 'invoice', customer: customerId }))
  await made
  stripe().suffers('limited')
  const asked = stripe().asked.length
  await comeNow(node(), 'reconcile-billing')
  // at night it is asked once and no more
  await expect
    .poll(
      () =>
        stripe()
          .asked.slice(asked)
          .filter(({ params }) => params['customer'] === customerId).length,
      patience,
    )
    .toBe(1)
  release()
  await synced(node(), accountId)
  expect((await ada.me()).account).toMatchObject({ plan: 'pro_ai', addonSeats: 2 })
})

test('whoever asks for the page many times at once is one customer', async () => {
  const ada = await newUser(node())
  const before = stripe().customers().length
  const pages = await Promise.all(
    [1, 2, 3, 4, 5].map(() => ada.post<PaymentPage & Failure>('/api/account/billing/checkout', { plan: 'pro_ai', addonSeats: 0 })),
  ) // prettier-ignore
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(stripe().customers()).toHaveLength(before + 1)
  const bought = new Set(stripe().asked.filter(({ path }) => path.endsWith('/sessions')).map(({ params }) => params['customer'])) // prettier-ignore
  expect(bought.size).toBe(1)
})

test('events of one account that come all at once are asked about a few times, and end in what Stripe says', async () => {
  const { ada, customerId, accountId } = await newPayer(node())
  stripe().subscribe(customerId, { items: itemsFor('pro_ai', 3) })
  const before = stripe().asked.length
  const answers = await Promise.all(
    Array.from({ length: 30 }, () =>
      tell(node(), eventOf('invoice.paid', { object: 'invoice', customer: customerId })),
    ),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  await synced(node(), accountId)
  expect(stripe().asked.length - before).toBeLessThan(31)
  expect((await ada.me()).account).toMatchObject({ plan: 'pro_ai', addonSeats: 3 })
})
