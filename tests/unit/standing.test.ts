import { expect, test } from 'vitest'
import { customerIn } from '#server/billing/event.ts'
import { isOpen, standingOf, type Subscription } from '#server/billing/standing.ts'
import { prices } from '../support/stripe-objects.ts'

const bought = (change: Partial<Subscription> = {}): Subscription => ({
  id: 'sub_1',
  status: 'active',
  created: 1,
  cancelsAt: null,
  items: [{ price: prices.standard_ai, quantity: 1 }],
  ...change,
})

test.each([
  ['active', 'active', 'standard_ai', true],
  ['trialing', 'active', 'standard_ai', true],
  ['past_due', 'past_due', 'standard_ai', true],
  ['unpaid', 'past_due', 'standard_ai', true],
  ['paused', 'cancelled', 'free', true],
  ['canceled', 'cancelled', 'free', false],
  ['incomplete_expired', 'cancelled', 'free', false],
  ['incomplete', 'none', 'free', false],
  ['of_a_newer_version', 'none', 'free', false],
])('a subscription that is %s is %s and gives %s', (status, as, plan, open) => {
  expect(standingOf([bought({ status })], prices)).toMatchObject({ status: as, plan, oddities: [] })
  expect(isOpen(bought({ status }))).toBe(open)
})

test('without a subscription there is nothing', () => {
  expect(standingOf([], prices)).toEqual({ subscriptionId: null, status: 'none', plan: 'free', addonSeats: 0, cancelsAt: null, oddities: [] }) // prettier-ignore
})

test('add-on seats alone are bought on the Free plan; of two plans the larger counts; none of something is nothing', () => {
  const seats = { price: prices.addon_seat, quantity: 4 }
  expect(standingOf([bought({ items: [seats] })], prices)).toMatchObject({ plan: 'free', addonSeats: 4 })
  const two = [{ price: prices.pro_ai, quantity: 1 }, { price: prices.basic_ai, quantity: 1 }, seats] // prettier-ignore
  expect(standingOf([bought({ items: two })], prices)).toMatchObject({ plan: 'pro_ai', addonSeats: 4 })
  expect(standingOf([bought({ items: [{ price: prices.pro_ai, quantity: 0 }] })], prices)).toMatchObject({
    plan: 'free',
  })
})

test('the order in which subscriptions are told of decides nothing; what is odd is said', () => {
  const older = bought({ id: 'sub_9', created: 1, items: [{ price: prices.pro_ai, quantity: 1 }] })
  const newer = bought({ id: 'sub_1', created: 2, items: [{ price: 'price_of_something', quantity: 1 }, { price: prices.basic_ai, quantity: 1 }] }) // prettier-ignore
  const twin = bought({ id: 'sub_0', created: 2 })
  const orders = [[older, newer, twin], [twin, older, newer], [newer, twin, older]] // prettier-ignore
  for (const found of orders) {
    expect(standingOf(found, prices)).toMatchObject({
      subscriptionId: 'sub_1',
      plan: 'basic_ai',
      oddities: [expect.stringContaining('price_of_something'), expect.stringContaining('3 subscriptions')],
    })
  }
})

test('an event names its customer by an id or whole, or is one', () => {
  const event = (type: string, object: object) => ({ type, data: { object } })
  expect(customerIn(event('invoice.paid', { object: 'invoice', customer: 'cus_1' }))).toBe('cus_1')
  expect(customerIn(event('invoice.paid', { object: 'invoice', customer: { id: 'cus_2' } }))).toBe('cus_2')
  expect(customerIn(event('customer.deleted', { object: 'customer', id: 'cus_3' }))).toBe('cus_3')
  for (const nobody of [event('invoice.paid', { object: 'invoice' }), event('payout.paid', { object: 'payout', customer: 'cus_1' }), null, 7]) {
    expect(customerIn(nobody)).toBeNull()
  }
}) // prettier-ignore
