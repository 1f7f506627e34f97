import { isDeepStrictEqual } from 'node:util'
import type { Plan } from '#shared/plans.ts'
import { newId } from '../../core/ids.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { enter, timeNow, together, type Tx } from '../../core/tenant.ts'
import { enqueue, withdraw } from '../../jobs/enqueue.ts'
import { settleSeats } from '../../membership/seats.ts'
import { billingOf, type SubscriptionRow } from '../rows.ts'
import type { Standing } from '../standing.ts'

/** `sync`: the number that was taken before the provider was asked. */
type Input = { accountId: string; sync: number; standing: Standing }
type Payer = { ownerId: string; email: string; name: string; plan: Plan; addonSeats: number }
type Opened = { payer: Payer | undefined; row: SubscriptionRow | undefined }
type Kept = Omit<SubscriptionRow, 'customerId' | 'synced'>

/** Days that plan and seats stay after a payment has failed. */
const grace = 14

/**
 * Makes an account what its subscriptions give, as the provider told of them. Answers whether that was something new.
 * A lower limit removes nobody.
 */
export const applySubscription: Command<Input, Opened, { changed: boolean }> = {
  async open(tx, { accountId }) {
    const [, [payer], [row], [now]] = await together(
      enter(tx, { account: accountId }),
      lockedPayer(tx, accountId),
      lockedRow(tx, accountId),
      timeNow(tx),
    )
    return { payer, row, ...now }
  },
  async run(unit, { accountId, sync, standing }) {
    const { payer, row, at } = unit
    // Two syncs may overlap, and whoever began first may be answered last, with what is over by then. So each takes a number
    // before it asks, and what it learnt counts only where nobody who began later was heard. (Not: where nobody began
    // later. That one may fail, and where somebody always begins nobody would ever be heard.)
    if (!payer || !row || sync <= row.synced) return { changed: false }
    const kept = keptOf(standing, row, at)
    const isOver = kept.graceUntil !== null && at >= kept.graceUntil
    const bought = isOver ? nothing : { plan: standing.plan, addonSeats: standing.addonSeats }
    keepEndOfGrace(unit, accountId, { row, kept, isOver })
    const isSame = await setBought(unit, accountId, payer, bought)
    keep(unit, accountId, kept, sync)
    const told = tell(unit, { payer, row, kept })
    return { changed: !isSame || told }
  },
}

const nothing = { plan: 'free', addonSeats: 0 } as const

function lockedPayer(tx: Tx, accountId: string) {
  return tx<Payer[]>`
    select a.owner_id, u.email, u.name, a.plan, a.addon_seats
    from accounts a join users u on u.id = a.owner_id
    where a.id = ${accountId}
    for no key update of a`
}

function lockedRow(tx: Tx, accountId: string) {
  return tx<SubscriptionRow[]>`
    select customer_id, subscription_id, status, past_due_since, grace_until, cancels_at, synced
    from subscriptions
    where account_id = ${accountId}
    for no key update`
}

/** Grace begins when a payment is first seen to have failed, and once for each subscription until it is paid. */
function keptOf({ subscriptionId, status, cancelsAt }: Standing, row: SubscriptionRow, at: string): Kept {
  const kept = { subscriptionId, status, cancelsAt }
  if (status !== 'past_due') return { ...kept, pastDueSince: null, graceUntil: null }
  const isKnown = row.subscriptionId === subscriptionId && row.pastDueSince !== null
  const until = new Date(Date.parse(at) + grace * 86_400_000).toISOString()
  return {
    ...kept,
    pastDueSince: isKnown ? row.pastDueSince : at,
    graceUntil: isKnown ? row.graceUntil : until,
  }
}

type Bought = Pick<Payer, 'plan' | 'addonSeats'>

/** Answers whether that is what it was. */
async function setBought(unit: Unit, accountId: string, { plan, addonSeats }: Payer, bought: Bought): Promise<boolean> {
  if (plan === bought.plan && addonSeats === bought.addonSeats) return true
  await unit.tx`
    update accounts set plan = ${bought.plan}, addon_seats = ${bought.addonSeats} where id = ${accountId}`
  await settleSeats(unit, accountId)
  return false
}

/** At the end of grace the provider is asked once more: a payment may have come that nobody told of. */
function keepEndOfGrace(
  { tx, draft }: Unit,
  accountId: string,
  { row, kept, isOver }: { row: SubscriptionRow; kept: Kept; isOver: boolean },
): void {
  const key = `grace:${accountId}`
  if (kept.graceUntil === null) {
    if (row.graceUntil !== null) draft.send(withdraw(tx, key))
  } else if (!isOver) {
    draft.send(enqueue(tx, { task: 'sync-billing', payload: { accountId }, at: kept.graceUntil, key }))
  }
}

function keep({ tx, draft }: Unit, accountId: string, kept: Kept, sync: number): void {
  const { subscriptionId, status, pastDueSince, graceUntil, cancelsAt } = kept
  draft.send(tx`
    update subscriptions
    set subscription_id = ${subscriptionId}, status = ${status}, past_due_since = ${pastDueSince},
      grace_until = ${graceUntil}, cancels_at = ${cancelsAt}, synced = ${sync}
    where account_id = ${accountId}`)
}

/** Tells the owner what of it is new. Answers whether anything was. */
function tell(
  { tx, draft, at }: Unit,
  { payer, row, kept }: { payer: Payer; row: SubscriptionRow; kept: Kept },
): boolean {
  if (kept.pastDueSince === at && kept.graceUntil !== null) draft.send(paymentFailed(tx, payer, kept.graceUntil))
  const billing = billingOf('stripe', kept)
  if (isDeepStrictEqual(billing, billingOf('stripe', row))) return false
  draft.append('user', payer.ownerId, 'billing.updated', { billing })
  return true
}

function paymentFailed(tx: Tx, { email: to, name }: Payer, graceUntil: string) {
  const data = { id: newId(), name, graceUntil }
  return enqueue(tx, { task: 'send-email', payload: { to, template: 'payment-failed', data } })
}
