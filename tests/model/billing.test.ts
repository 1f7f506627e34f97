import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Plan } from '#shared/plans.ts'
import { useNode } from '../support/node.ts'
import { newPayer, synced, tell, type Payer } from '../support/payers.ts'
import { eventOf, itemsFor } from '../support/stripe-objects.ts'
import { useStripeServer } from '../support/stripe-server.ts'
import { verifyCommand } from '../support/verify-command.ts'

const stripe = useStripeServer()
const node = useNode(async () => ({ stripe: stripe().settings, logLevel: 'silent' }))

/** What becomes of one of a customer's two subscriptions, or an event of one of the changes so far that arrives now. */
type Step =
  { do: 'change'; which: 0 | 1; plan: Plan; seats: number; status: string } | { do: 'tell'; nth: number; times: number }

const plan = fc.constantFrom<Plan>('free', 'basic_ai', 'standard_ai', 'pro_ai')
const status = fc.constantFrom('active', 'trialing', 'past_due', 'unpaid', 'canceled', 'incomplete', 'paused')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('change' as const), which: fc.constantFrom(0, 1), plan, seats: fc.nat(3), status }),
  fc.record({ do: fc.constant('tell' as const), nth: fc.nat(7), times: fc.integer({ min: 1, max: 3 }) }),
)

test('S3 any order, repetition and loss of events, and then one of them, end in what Stripe says', async () => {
  const payer = await newPayer(node())
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      stripe().forget(payer.customerId)
      await hear(payer)
      const last = await verifyCommand(node(), payer.ada, payer.workspace.id, [payer.ada], () => live(payer, steps))
      const { account, billing } = await payer.ada.me()
      expect({ plan: account.plan, addonSeats: account.addonSeats, status: billing.status }).toEqual(last)
      expect(billing.graceUntil === null).toBe(last.status !== 'past_due')
    }),
    { numRuns: 25 },
  )
})

type Bought = { id: string; plan: Plan; seats: number; status: string }

/** Lives through it, and answers what is to be in the end: told by the steps alone. */
async function live(payer: Payer, steps: Step[]) {
  const bought: (Bought | undefined)[] = [undefined, undefined]
  const events: object[] = []
  for (const one of steps) {
    if (one.do === 'change') events.push(change(payer, bought, one))
    const event = one.do === 'tell' ? events[one.nth] : undefined
    if (event && one.do === 'tell') await Promise.all(Array.from({ length: one.times }, () => tell(node(), event)))
  }
  await hear(payer)
  return inTheEnd(bought)
}

function change({ customerId }: Payer, bought: (Bought | undefined)[], step: Extract<Step, { do: 'change' }>): object {
  const { which, plan, seats, status } = step
  const buying = { items: itemsFor(plan, seats), status }
  const known = bought[which]
  // the second one is always the newer one
  const created = 1_000 + which
  const one = known ? stripe().change(known.id, buying) : stripe().subscribe(customerId, { ...buying, created })
  bought[which] = { id: one.id, plan, seats, status }
  return eventOf(known ? 'customer.subscription.updated' : 'customer.subscription.created', one)
}

function inTheEnd(bought: (Bought | undefined)[]) {
  const all = bought.filter((one) => one !== undefined)
  const paid = all.filter((one) => ['active', 'trialing', 'past_due', 'unpaid'].includes(one.status)).at(-1)
  if (paid) {
    const isLate = paid.status === 'past_due' || paid.status === 'unpaid'
    return { plan: paid.plan, addonSeats: paid.seats, status: isLate ? 'past_due' : 'active' }
  }
  const isOver = all.some((one) => one.status === 'canceled' || one.status === 'paused')
  return { plan: 'free', addonSeats: 0, status: isOver ? 'cancelled' : 'none' }
}

async function hear({ customerId, accountId }: Payer): Promise<void> {
  await tell(node(), eventOf('invoice.paid', { object: 'invoice', customer: customerId }))
  await synced(node(), accountId)
}
