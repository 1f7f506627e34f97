import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { comeNow, newSubscriber, synced, tell } from '../support/payers.ts'
import { newUser } from '../support/people.ts'
import { eventOf, itemsFor } from '../support/stripe-objects.ts'
import { useStripeServer } from '../support/stripe-server.ts'
import { verifyCommand } from '../support/verify-command.ts'

const stripe = useStripeServer()
const node = useNode(async () => ({ stripe: stripe().settings, logLevel: 'silent' }))

const day = 86_400_000

test('S3 a payment that failed leaves plan and seats for two weeks, and the owner knows at once and by email', async () => {
  const payer = await failing('past_due')
  const { ada, workspace } = payer
  const live = await connectLive(node(), ada)
  const stream = streamOf('user', ada.userId)
  await live.watch(stream, (await ada.me()).position)
  await verifyCommand(node(), ada, workspace.id, [ada], async () => {
    await again(payer)
    await live.until(() => live.eventsOf(stream).some(({ type }) => type === 'billing.updated'))
  })
  const { account, billing } = await ada.me()
  expect(account).toMatchObject({ plan: 'pro_ai', addonSeats: 2 })
  expect(billing).toMatchObject({ status: 'past_due', cancelsAt: null })
  const until = Date.parse(billing.graceUntil ?? '')
  expect(Math.abs(until - Date.now() - 14 * day)).toBeLessThan(day)
  const mail = await node().mail.nextAboutAccount(ada.email, /^Your payment failed$/)
  expect(mail.text).toContain(new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(until))
  // told again, or unpaid by now, it neither begins anew nor writes again
  await again(payer)
  stripe().change(payer.subscriptionId, { status: 'unpaid' })
  await again(payer)
  expect((await ada.me()).billing).toEqual(billing)
  await barrier(payer)
  expect(
    node()
      .mail.aboutAccount(ada.email)
      .filter(({ subject }) => subject === 'Your payment failed'),
  ).toHaveLength(1)
  live.close()
})

test('S3 grace ends with the payment: nothing is left that would take the plan away', async () => {
  const payer = await failing('past_due')
  await again(payer)
  stripe().change(payer.subscriptionId, { status: 'active' })
  await verifyCommand(node(), payer.ada, payer.workspace.id, [payer.ada], () => again(payer))
  expect((await payer.ada.me()).billing).toEqual({ provider: 'stripe', status: 'active', graceUntil: null, cancelsAt: null }) // prettier-ignore
  expect(await node().owner`select from graphile_worker.jobs where key = ${`grace:${payer.accountId}`}`).toEqual([])
  // a payment that fails later has two weeks of its own
  stripe().change(payer.subscriptionId, { status: 'past_due' })
  await again(payer)
  expect((await payer.ada.me()).billing.status).toBe('past_due')
})

test('S3 when it runs out plan and seats are gone at that moment, nobody is removed, and a payment brings them back', async () => {
  const payer = await failing('past_due')
  const { ada, workspace, accountId } = payer
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  expect((await kay.accept(token)).status).toBe(200)
  await again(payer)
  const [job] = await node().owner`select run_at from graphile_worker.jobs where key = ${`grace:${accountId}`}`
  expect((job?.['runAt'] as Date).toISOString()).toBe((await ada.me()).billing.graceUntil)
  // its own job finds that it is too early, and changes nothing
  await comeNow(node(), `grace:${accountId}`)
  await synced(node(), accountId)
  expect((await ada.me()).account.plan).toBe('pro_ai')

  await runOut(accountId)
  await verifyCommand(node(), ada, workspace.id, [ada], () => again(payer))
  const after = await ada.me()
  expect(after.account).toMatchObject({ plan: 'free', addonSeats: 0, seats: { active: 1, over: 1 } })
  expect(after.billing.status).toBe('past_due')
  expect((await ada.roster(workspace.id)).members).toHaveLength(2)
  stripe().change(payer.subscriptionId, { status: 'active' })
  await verifyCommand(node(), ada, workspace.id, [ada], () => again(payer))
  expect((await ada.me()).account).toMatchObject({ plan: 'pro_ai', addonSeats: 2 })
})

test('the end of grace comes by itself; whoever has paid by then keeps what they have, also if nobody told of it', async () => {
  const [late, intime] = [await failing('unpaid'), await failing('unpaid')]
  for (const payer of [late, intime]) await again(payer)
  stripe().change(intime.subscriptionId, { status: 'active' })
  for (const { accountId } of [late, intime]) {
    await runOut(accountId)
    await comeNow(node(), `grace:${accountId}`)
    await synced(node(), accountId)
  }
  expect((await late.ada.me()).account).toMatchObject({ plan: 'free', addonSeats: 0 })
  expect((await intime.ada.me()).account).toMatchObject({ plan: 'pro_ai', addonSeats: 2 })
  expect((await intime.ada.me()).billing.status).toBe('active')
})

/** Somebody whose subscription was just found unpaid by Stripe, and by nobody else. */
async function failing(status: 'past_due' | 'unpaid') {
  const payer = await newSubscriber(node(), stripe(), { items: itemsFor('pro_ai', 2) })
  stripe().change(payer.subscriptionId, { status })
  return payer
}

type Payer = Awaited<ReturnType<typeof failing>>

async function again({ customerId, accountId }: Payer): Promise<void> {
  await tell(node(), eventOf('invoice.payment_failed', { object: 'invoice', id: 'in_1', customer: customerId }))
  await synced(node(), accountId)
}

/** The two weeks are over. */
function runOut(accountId: string) {
  return node().owner`
    update subscriptions
    set past_due_since = past_due_since - interval '15 days', grace_until = grace_until - interval '15 days'
    where account_id = ${accountId}`
}

/** An email that was enqueued behind whatever there is: once it has come, so has all of that. */
async function barrier({ ada }: Payer): Promise<void> {
  const waiting = () => node().owner`select from graphile_worker.jobs where task_identifier = 'send-email'`
  await expect.poll(async () => (await waiting()).length, { timeout: 20_000, interval: 20 }).toBe(0)
  await node().mail.nextAboutAccount(ada.email, /payment failed/)
}
