import { pino } from 'pino'
import { expect, test } from 'vitest'
import { openStripe } from '#server/billing/stripe-api.ts'
import { StripeProblem } from '#server/billing/stripe-problem.ts'
import { createMetrics } from '#server/metrics.ts'
import { useNode } from '../support/node.ts'
import { comeNow, newPayer, newSubscriber, synced, tell } from '../support/payers.ts'
import { freePort } from '../support/ports.ts'
import { eventOf, itemsFor } from '../support/stripe-objects.ts'
import { useStripeServer, type Trouble } from '../support/stripe-server.ts'

const stripe = useStripeServer()
let metricsPort = 0
const node = useNode(async () => {
  metricsPort = await freePort()
  return { stripe: stripe().settings, logLevel: 'silent', metricsPort }
})

const patience = { timeout: 20_000, interval: 20 }

test.each<Trouble>(['down', 'limited', 'nonsense', 'drops'])(
  'while Stripe is away (%s) events are taken, nothing changes, and it is asked again until it is there',
  async (trouble) => {
    const payer = await newSubscriber(node(), stripe(), { items: itemsFor('basic_ai', 1) })
    const { ada, accountId, customerId, subscriptionId } = payer
    const before = await ada.me()
    stripe().change(subscriptionId, { items: itemsFor('pro_ai', 5) })
    stripe().suffers(trouble)
    expect((await tell(node(), eventOf('invoice.paid', { object: 'invoice', customer: customerId }))).status).toBe(200)
    const failed = () => node().owner`
      select from graphile_worker.jobs
      where key = ${`billing:${accountId}`} and attempts > 0 and locked_at is null and last_error is not null`
    await expect.poll(async () => (await failed()).length, patience).toBe(1)
    expect(await ada.me()).toEqual(before)
    const refused = await ada.post('/api/account/billing/portal')
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    stripe().suffers('none')
    await comeNow(node(), `billing:${accountId}`)
    await synced(node(), accountId)
    expect((await ada.me()).account).toMatchObject({ plan: 'pro_ai', addonSeats: 5 })
  },
)

test('while it says nothing at all an event is answered at once, and no connection to the database waits with it', async () => {
  const { ada, accountId, customerId } = await newPayer(node())
  stripe().subscribe(customerId, { items: itemsFor('pro_ai', 0) })
  const { made, release } = stripe().holdNextList()
  for (const _ of [1, 2]) {
    const event = eventOf('invoice.paid', { object: 'invoice', customer: customerId })
    expect((await tell(node(), event)).status).toBe(200)
    await made
  }
  await expect.poll(() => node().sql.busy, patience).toBe(0)
  release()
  await synced(node(), accountId)
  expect((await ada.me()).account.plan).toBe('pro_ai')
})

test('what no event told of is found at night, counted, and the next night is planned', async () => {
  const payers = [await newSubscriber(node(), stripe(), { items: itemsFor('basic_ai', 1) }), await newSubscriber(node(), stripe(), { items: itemsFor('basic_ai', 1) })] as const // prettier-ignore
  const [changed, same] = payers
  stripe().change(changed.subscriptionId, { items: itemsFor('standard_ai', 7) })
  expect((await nextNight())?.getTime()).toBeGreaterThan(Date.now())
  const before = await corrected()
  await comeNow(node(), 'reconcile-billing')
  await expect.poll(async () => (await changed.ada.me()).account, patience).toMatchObject({ plan: 'standard_ai', addonSeats: 7 }) // prettier-ignore
  await expect.poll(async () => (await nextNight())?.getTime() ?? 0, patience).toBeGreaterThan(Date.now())
  for (const { accountId } of payers) await synced(node(), accountId)
  expect((await same.ada.me()).account).toMatchObject({ plan: 'basic_ai', addonSeats: 1 })
  expect((await corrected()) - before).toBe(1)
  const night = await nextNight()
  expect([night?.getUTCHours(), night?.getUTCMinutes()]).toEqual([3, 17])
})

test('with the key of another account, or of test mode, nobody is there: nothing changes, and nothing is sold', async () => {
  const { ada, accountId, customerId } = await newSubscriber(node(), stripe(), { items: itemsFor('pro_ai', 2) })
  const before = await ada.me()
  stripe().hide(customerId)
  await tell(node(), eventOf('invoice.paid', { object: 'invoice', customer: customerId }))
  const failed = () => node().owner`
    select from graphile_worker.jobs where key = ${`billing:${accountId}`} and attempts > 0 and last_error is not null`
  await expect.poll(async () => (await failed()).length, patience).toBe(1)
  expect(await ada.me()).toEqual(before)
  const customers = stripe().customers()
  const refused = await ada.post('/api/account/billing/checkout', { plan: 'pro_ai', addonSeats: 0 })
  expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
  expect(stripe().customers()).toEqual(customers)
})

test('where Stripe is away at night nobody asks on and on: the next night does', async () => {
  const { ada, accountId, subscriptionId } = await newSubscriber(node(), stripe(), { items: itemsFor('basic_ai', 1) })
  stripe().change(subscriptionId, { items: itemsFor('pro_ai', 2) })
  const before = stripe().asked.length
  stripe().suffers('limited')
  await comeNow(node(), 'reconcile-billing')
  await stripe().until(before + 1)
  await expect.poll(async () => (await nextNight())?.getTime() ?? 0, patience).toBeGreaterThan(Date.now())
  const left = () => node().owner`select from graphile_worker.jobs where key like 'nightly:%'`
  await expect.poll(left, patience).toEqual([])
  expect((await ada.me()).account.plan).toBe('basic_ai')
  stripe().suffers('none')
  await comeNow(node(), 'reconcile-billing')
  await expect.poll(async () => (await ada.me()).account.plan, patience).toBe('pro_ai')
  await synced(node(), accountId)
})

test.each<[string, Trouble, object]>([
  ['failing', 'down', { status: 503 }],
  ['failing', 'nonsense', {}],
  ['rate_limited', 'limited', { status: 429, code: 'rate_limit' }],
  ['unreachable', 'drops', {}],
  ['late', 'hangs', {}],
])('%s: what Stripe does not do (%s) is counted and logged, without a word about whom it was', async (reason, trouble, detail) => {
  const { api, told } = await asked()
  stripe().suffers(trouble)
  const problem = await api.createCustomer({ accountId: 'a', email: 'ada@example.com', name: 'Ada', key: `k ${trouble}` }).catch((error: unknown) => error)
  expect(problem).toBeInstanceOf(StripeProblem)
  expect(problem).toMatchObject({ reason, code: 'unavailable' })
  // once more where that may help, and no more than once
  expect(stripe().asked.length).toBe(trouble === 'limited' ? 1 : 2)
  expect(new Set(stripe().asked.map(({ key }) => key)).size).toBe(1)
  expect(await told()).toMatchObject({ count: `{reason="${reason}"} 1`, lines: [{ level: 40, reason, ...detail }] })
}) // prettier-ignore

test('refused, unreachable: a key that Stripe does not know, and an address where nobody is', async () => {
  const stranger = await asked({ secretKey: 'sk_test_ofSomebodyElse' })
  expect(await stranger.api.openPortal('cus_1', 'http://localhost/').catch((error: unknown) => error)).toMatchObject({ reason: 'refused', detail: { status: 401 } })
  expect(await stranger.told()).toMatchObject({ count: '{reason="refused"} 1' })
  const nobody = await asked({ apiUrl: `http://127.0.0.1:${await freePort()}` })
  expect(await nobody.api.subscriptionsOf('cus_1').catch((error: unknown) => error)).toMatchObject({ reason: 'unreachable' })
}) // prettier-ignore

/** Stripe asked by itself, in as short a time as a test has. */
async function asked(settings: { secretKey?: string; apiUrl?: string } = {}) {
  const written: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void written.push(line) })
  const metrics = createMetrics()
  const api = await openStripe({ ...stripe().settings, ...settings }, { log, metrics }, 300)
  return {
    api,
    async told() {
      const served = await metrics.registry.metrics()
      for (const secret of ['ada@example.com', 'nobodyMaySeeThis', 'ofSomebodyElse', 'cus_1'])
        expect(written.join('') + served).not.toContain(secret)
      const lines = written.map((line) => JSON.parse(line) as object)
      return { count: /^rollcall_stripe_failures_total(\{.*\} \d+)$/m.exec(served)?.[1], lines }
    },
  }
}

async function nextNight(): Promise<Date | undefined> {
  const [job] = await node().owner<{ runAt: Date }[]>`
    select run_at from graphile_worker.jobs where key = 'reconcile-billing' and locked_at is null`
  return job?.runAt
}

async function corrected(): Promise<number> {
  const served = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  return Number(/^rollcall_billing_corrected_total (\d+)$/m.exec(served)?.[1])
}
