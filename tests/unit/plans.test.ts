import fc from 'fast-check'
import { expect, test } from 'vitest'
import { includedSeats, plans, seatsOf } from '#shared/plans.ts'
import { seatsSchema } from '#shared/protocol/plans.ts'

const count = fc.record({
  plan: fc.constantFrom(...plans),
  addonSeats: fc.nat(20),
  active: fc.nat(20),
  pending: fc.nat(20),
})

test('each plan includes its seats: Free 0, Basic AI 0, Standard AI 3, Pro AI 5', () => {
  expect(includedSeats).toEqual({ free: 0, basic_ai: 0, standard_ai: 3, pro_ai: 5 })
})

test.each([
  [
    { plan: 'free', addonSeats: 0, active: 0, pending: 0 },
    { limit: 0, used: 0, available: 0, waiting: 0, over: 0 },
  ],
  [
    { plan: 'free', addonSeats: 0, active: 0, pending: 2 },
    { limit: 0, used: 0, available: 0, waiting: 2, over: 0 },
  ],
  [
    { plan: 'standard_ai', addonSeats: 1, active: 1, pending: 2 },
    { limit: 4, used: 3, available: 1, waiting: 0, over: 0 },
  ],
  [
    { plan: 'pro_ai', addonSeats: 0, active: 4, pending: 3 },
    { limit: 5, used: 5, available: 0, waiting: 2, over: 0 },
  ],
  [
    { plan: 'free', addonSeats: 1, active: 3, pending: 1 },
    { limit: 1, used: 3, available: 0, waiting: 1, over: 2 },
  ],
] as const)('%j gives %j', (given, expected) => {
  expect(seatsOf(given)).toMatchObject(expected)
})

test('the figures add up, whatever the counts', () => {
  fc.assert(
    fc.property(count, (given) => {
      const seats = seatsSchema.parse(seatsOf(given))
      expect(seats.limit).toBe(includedSeats[given.plan] + given.addonSeats)
      expect(seats.used).toBeLessThanOrEqual(seats.limit + seats.over)
      expect(seats.used + seats.waiting).toBe(given.active + given.pending)
      expect(seats.used + seats.available).toBe(seats.limit + seats.over)
    }),
  )
})

test('nobody waits while a seat is free, and no invitation holds one while members are over the limit', () => {
  fc.assert(
    fc.property(count, (given) => {
      const { available, waiting, over, used } = seatsOf(given)
      expect(available * waiting).toBe(0)
      expect(available * over).toBe(0)
      if (over > 0) expect(used).toBe(given.active)
    }),
  )
})

test('one seat more lets in exactly one who waits, and makes nothing else worse', () => {
  fc.assert(
    fc.property(count, (given) => {
      const before = seatsOf(given)
      const after = seatsOf({ ...given, addonSeats: given.addonSeats + 1 })
      expect(after.waiting).toBe(before.over > 0 ? before.waiting : Math.max(0, before.waiting - 1))
      expect(after.over).toBe(Math.max(0, before.over - 1))
      expect(after.used).toBeGreaterThanOrEqual(before.used)
    }),
  )
})
