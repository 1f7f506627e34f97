import { expect, test } from 'vitest'
import type { AccountExport } from '#shared/protocol/account.ts'
import type { PaymentPage } from '#shared/protocol/billing.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newPayer, newSubscriber, synced, tell, waiting } from '../support/payers.ts'
import { newPerson, newUser, password, type Failure } from '../support/people.ts'
import { eventOf, itemsFor, prices } from '../support/stripe-objects.ts'
import { useStripeServer } from '../support/stripe-server.ts'
import { verifyCommand } from '../support/verify-command.ts'

const stripe = useStripeServer()
const node = useNode(async () => ({ stripe: stripe().settings, logLevel: 'silent' }))
const limited = useNode(async () => ({ stripe: stripe().settings, logLevel: 'silent' }), 1)

const checkout = '/api/account/billing/checkout'
const portal = '/api/account/billing/portal'
const order = { plan: 'standard_ai', addonSeats: 2 } as const
const later = Math.floor(Date.UTC(2027, 0, 1) / 1_000)

test('S3 what is bought on Stripe’s page gives plan and seats, live, and lets in whoever waits', async () => {
  const { ada, workspace, accountId, url } = await newPayer(node())
  const kay = newPerson(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  expect((await kay.signUp(token)).body.invitation).toBe('waiting')
  const live = await connectLive(node(), ada)
  const stream = streamOf('user', ada.userId)
  await live.watch(stream, (await ada.me()).position)
  const bought = stripe().pay(url)
  await verifyCommand(node(), ada, workspace.id, [ada, kay], async () => {
    expect(await tell(node(), eventOf('checkout.session.completed', { object: 'checkout.session', id: 'cs_1', customer: bought.customer }))).toEqual({ status: 200, body: { received: true } })
    await live.until(() => live.eventsOf(stream).some(({ type }) => type === 'billing.updated'))
    await synced(node(), accountId)
  })
  const { account, billing } = await ada.me()
  expect(account).toMatchObject({ plan: 'standard_ai', addonSeats: 2, seats: { limit: 5, active: 1 } })
  expect(billing).toEqual({ provider: 'stripe', status: 'active', graceUntil: null, cancelsAt: null })
  expect((await ada.roster(workspace.id)).members.map(({ email }) => email)).toContain(kay.email)
  // whoever is only a member there is told of seats, and of no payment
  expect(kay.heard.join()).not.toMatch(/billing\.updated|"status":"active","graceUntil"/)
  live.close()
}) // prettier-ignore

test('sixty pages an hour are enough to pay on: beyond that Stripe is not asked, and nobody else is refused', async () => {
  const { ada } = await newPayer(limited())
  const before = stripe().asked.length
  const answers = await Promise.all(Array.from({ length: 70 }, () => ada.post<Failure>(portal)))
  // one was asked for already
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(59)
  const late = answers.filter(({ status }) => status === 429)
  expect(late).toHaveLength(11)
  for (const { body, headers } of late) {
    expect(body).toMatchObject({ code: 'rate_limited' })
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect(stripe().asked.length - before).toBe(59)
  await newPayer(limited())
})

test('the page is asked for with prices and counts; it leads back to the public address, whatever the request says', async () => {
  const { ada, accountId, customerId } = await newPayer(node())
  const home = (await ada.me()).workspaces.find(({ isDefault }) => isDefault)
  const [first, second] = stripe().asked
  expect(first).toMatchObject({ path: '/v1/customers', params: { email: ada.email, name: 'Ada', 'metadata[rollcall_account]': accountId } })
  const back = `${node().url}/w/${home?.handle}/plan`
  expect(second).toMatchObject({
    path: '/v1/checkout/sessions',
    params: {
      mode: 'subscription', customer: customerId, client_reference_id: accountId, success_url: back, cancel_url: back,
      'line_items[0][price]': prices.standard_ai, 'line_items[0][quantity]': '1',
      'line_items[1][price]': prices.addon_seat, 'line_items[1][quantity]': '2',
    },
  })
  expect(Object.keys(second?.params ?? {}).filter((name) => /email|card|amount/.test(name))).toEqual([])
  const again = await ada.post<PaymentPage>(checkout, order, { 'X-Forwarded-Host': 'evil.example.com', Referer: 'https://evil.example.com/' })
  expect(again.body.url).toMatch(/^https:\/\/checkout\.stripe\.com\/c\/pay\/cs_test_/)
  expect(stripe().asked.at(-1)?.params['success_url']).toBe(back)
}) // prettier-ignore

test('nothing to pay for, and more seats than there can be, are refused before Stripe is asked', async () => {
  const ada = await newUser(node())
  for (const body of [{ plan: 'free', addonSeats: 0 }, { plan: 'pro_ai', addonSeats: 10_001 }, { plan: 'gold', addonSeats: 0 }, { plan: 'pro_ai', addonSeats: 0, price: 'price_cheap' }]) {
    expect(await ada.post(checkout, body)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  }
  expect(stripe().asked).toEqual([])
  expect((await ada.post(checkout, { plan: 'free', addonSeats: 3 })).status).toBe(200)
}) // prettier-ignore

test('asked again with its key it is the same page; with other words the key is refused', async () => {
  const ada = await newUser(node())
  const key = { 'Idempotency-Key': `page ${ada.userId}` }
  const pages = [await ada.post<PaymentPage>(checkout, order, key), await ada.post<PaymentPage>(checkout, order, key)]
  expect(new Set(pages.map(({ body }) => body.url)).size).toBe(1)
  const other = await ada.post<Failure>(checkout, { ...order, addonSeats: 3 }, key)
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } })
  expect((await ada.post<PaymentPage>(checkout, order)).body.url).not.toBe(pages[0]?.body.url)
})

test('whoever pays already is sent to the portal, also where no event has told of it yet', async () => {
  const { ada, accountId, customerId } = await newPayer(node())
  for (const status of ['active', 'trialing', 'past_due', 'unpaid', 'paused']) {
    stripe().forget(customerId)
    stripe().subscribe(customerId, { items: itemsFor('basic_ai', 0), status })
    const refused = await ada.post<Failure>(checkout, order)
    expect(refused).toMatchObject({ status: 409, body: { code: 'subscription_exists' } })
    expect(refused.body.detail).toContain('Manage billing')
  }
  // what was found is taken up, too
  await synced(node(), accountId)
  const { status, body } = await ada.post<PaymentPage>(portal)
  expect([status, body.url]).toEqual([200, expect.stringMatching(/^https:\/\/billing\.stripe\.com\//)])
  for (const status of ['canceled', 'incomplete', 'incomplete_expired']) {
    stripe().forget(customerId)
    stripe().subscribe(customerId, { items: itemsFor('basic_ai', 0), status })
    expect((await ada.post(checkout, order)).status).toBe(200)
  }
})

test('before anything was bought there is nothing to manage; and plan and seats are not set by hand', async () => {
  const ada = await newUser(node())
  expect(await ada.post(portal)).toMatchObject({ status: 409, body: { code: 'no_subscription' } })
  for (const answer of [await ada.setPlan('pro_ai'), await ada.setAddonSeats(5)]) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'billing_managed_elsewhere' } })
  }
  expect((await ada.me()).account).toMatchObject({ plan: 'free', addonSeats: 0 })
  expect((await ada.me()).billing).toEqual({ provider: 'stripe', status: 'none', graceUntil: null, cancelsAt: null })
  expect(stripe().asked).toEqual([])
})

test('a customer that was deleted at Stripe is replaced by a new one', async () => {
  const { ada, accountId, customerId, subscriptionId } = await newSubscriber(node(), stripe(), { items: itemsFor('pro_ai', 1) })
  expect(subscriptionId).toMatch(/^sub_/)
  stripe().remove(customerId)
  await tell(node(), eventOf('customer.deleted', { object: 'customer', id: customerId }))
  await synced(node(), accountId)
  expect(await ada.me()).toMatchObject({ account: { plan: 'free', addonSeats: 0 }, billing: { status: 'none' } })
  expect((await ada.post(checkout, order)).status).toBe(200)
  const [row] = await node().owner`select customer_id from subscriptions where account_id = ${accountId}`
  expect(row?.['customerId']).not.toBe(customerId)
  expect(stripe().customers()).toContain(row?.['customerId'])
}) // prettier-ignore

test('S3 another plan, fewer seats, an announced end and the end itself show live; a lower limit removes nobody', async () => {
  const payer = await newSubscriber(node(), stripe(), { items: itemsFor('pro_ai', 3) })
  const { ada, workspace, accountId, subscriptionId } = payer
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  expect((await kay.accept(token)).status).toBe(200)
  const steps = [
    [{ items: itemsFor('basic_ai', 1) }, { plan: 'basic_ai', addonSeats: 1 }, { status: 'active', cancelsAt: null }],
    [{ cancel_at: later }, { plan: 'basic_ai', addonSeats: 1 }, { status: 'active', cancelsAt: '2027-01-01T00:00:00.000Z' }],
    [{ status: 'canceled' }, { plan: 'free', addonSeats: 0, seats: { active: 1, over: 1 } }, { status: 'cancelled', cancelsAt: null }],
  ] as const
  for (const [change, account, billing] of steps) {
    await verifyCommand(node(), ada, workspace.id, [ada], async () => {
      await tell(node(), eventOf('customer.subscription.updated', stripe().change(subscriptionId, change as never)))
      await synced(node(), accountId)
    })
    expect(await ada.me()).toMatchObject({ account, billing })
  }
  expect((await ada.roster(workspace.id)).members).toHaveLength(2)
}) // prettier-ignore

test('of several subscriptions the newest counts, over all pages of them, and prices that nobody knows give nothing', async () => {
  const { ada, accountId, customerId } = await newPayer(node())
  for (const seats of [1, 2, 3, 4, 5]) stripe().subscribe(customerId, { items: itemsFor('free', seats), status: 'canceled' })
  stripe().subscribe(customerId, { items: itemsFor('basic_ai', 9), created: 1_000 })
  stripe().subscribe(customerId, { items: [{ price: 'price_of_another_product', quantity: 7 }, ...itemsFor('standard_ai', 6)], created: 2_000 })
  for (const _ of [1, 2, 3]) stripe().subscribe(customerId, { items: itemsFor('pro_ai', 0), status: 'incomplete' })
  await tell(node(), eventOf('invoice.paid', { object: 'invoice', id: 'in_1', customer: { id: customerId } }))
  await synced(node(), accountId)
  expect((await ada.me()).account).toMatchObject({ plan: 'standard_ai', addonSeats: 6 })
  expect(stripe().asked.filter(({ path }) => path === '/v1/subscriptions').length).toBeGreaterThan(2)
}) // prettier-ignore

test('more seats than there can be are as many as there can be', async () => {
  const { ada } = await newSubscriber(node(), stripe(), { items: itemsFor('pro_ai', 20_000) })
  expect((await ada.me()).account).toMatchObject({ plan: 'pro_ai', addonSeats: 10_000 })
})

test('an event of another kind, or of a customer that nobody here knows, is taken and changes nothing', async () => {
  const { accountId, customerId, ada } = await newPayer(node())
  stripe().subscribe(customerId, { items: itemsFor('pro_ai', 0) })
  const before = stripe().asked.length
  for (const event of [
    eventOf('customer.created', { object: 'customer', id: customerId }),
    eventOf('charge.succeeded', { object: 'charge', customer: customerId }),
    eventOf('invoice.paid', { object: 'invoice', customer: 'cus_of_another_product' }),
    eventOf('invoice.paid', { object: 'invoice', customer: null }),
    { type: 'invoice.paid' },
    [],
  ]) expect(await tell(node(), event)).toEqual({ status: 200, body: { received: true } })
  expect(await waiting(node(), accountId)).toEqual([])
  expect(stripe().asked).toHaveLength(before)
  expect((await ada.me()).account.plan).toBe('free')
}) // prettier-ignore

test('what was not signed with our secret, was signed too long ago or was cut is refused, and changes nothing', async () => {
  const { ada, accountId, customerId } = await newPayer(node())
  const event = eventOf('customer.subscription.created', stripe().subscribe(customerId, { items: itemsFor('pro_ai', 0) }))
  const now = Math.floor(Date.now() / 1_000)
  for (const signing of [
    { secret: 'whsec_of_somebody_else' },
    { timestamp: now - 301 },
    { header: (value: string) => value.slice(0, -1) },
    { header: (value: string) => value.replace(/v1=.*/, 'v1=') },
    { header: (value: string) => value.replace('v1=', 'v0=') },
    { header: (value: string) => value.replace(/^t=\d+/, `t=${now + 100}`) },
    { header: () => '' },
    { header: () => 'nonsense' },
    { sent: JSON.stringify(event) },
    { sent: '' },
  ]) {
    const { status, body } = await tell(node(), event, signing)
    expect({ signing, status, code: body.code }).toEqual({ signing, status: 400, code: 'invalid_signature' })
  }
  expect(await waiting(node(), accountId)).toEqual([])
  expect((await ada.me()).account.plan).toBe('free')
  // within the tolerance it is believed
  expect((await tell(node(), event, { timestamp: now - 240 })).status).toBe(200)
  await synced(node(), accountId)
  expect((await ada.me()).account.plan).toBe('pro_ai')
}) // prettier-ignore

test('whoever deletes their account pays no longer: Stripe is told to forget them', async () => {
  const { ada, customerId, workspace } = await newSubscriber(node(), stripe(), { items: itemsFor('pro_ai', 0) })
  const { body: copy } = await ada.get<AccountExport>('/api/account/export')
  expect([copy.account.plan, copy.billing]).toMatchObject(['pro_ai', { provider: 'stripe', status: 'active' }])
  expect((await ada.call('DELETE', '/api/account', { password })).status).toBe(204)
  await expect.poll(() => stripe().customers(), { timeout: 20_000, interval: 20 }).not.toContain(customerId)
  expect(await node().owner`select from subscriptions where account_id = ${workspace.accountId}`).toEqual([])
  // what is still told of them concerns nobody
  expect((await tell(node(), eventOf('customer.deleted', { object: 'customer', id: customerId }))).status).toBe(200)
})

// last: the server hangs up on whoever sends too much, and the next request would find that out
test('an event may be as large as half a megabyte and no larger', async () => {
  const event = (length: number) => ({ type: 'invoice.paid', filling: 'x'.repeat(length) })
  const around = JSON.stringify(event(0), null, 2).length
  expect((await tell(node(), event(512 * 1024 - around))).status).toBe(200)
  expect((await tell(node(), event(512 * 1024 - around + 1))).status).toBe(413)
})
