import { expect, test } from 'vitest'
import { chartOf, dayAt, margin } from '#client/state/seat-chart.ts'
import { changesIn, dayOfMoment, stepFor, upToNow } from '#client/state/seat-history.ts'
import { lineOf } from '#client/state/waiting-line.ts'
import { seatsOf } from '#shared/plans.ts'
import type { Invitation } from '#shared/protocol/resources.ts'

const now = seatsOf({ plan: 'pro_ai', addonSeats: 0, active: 4, pending: 2 })
const size = { width: 438, height: 134 }

test('today stands as the seats do now, and what the page slept through is as the day before', () => {
  const read = [day('2026-11-24', 1), day('2026-11-25', 2)]
  const today = { day: '2026-11-25', used: 5, limit: 5, waiting: 1 }
  expect(upToNow(read, now, '2026-11-25')).toEqual([read[0], today])
  expect(upToNow(read, now, '2026-11-28')).toEqual([
    ...read,
    day('2026-11-26', 2),
    day('2026-11-27', 2),
    { ...today, day: '2026-11-28' },
  ])
  expect(upToNow([], now, '2026-11-25')).toEqual([today])
})

test('a day in which the clocks change is a day like the others', () => {
  expect(upToNow([day('2026-03-27', 1)], now, '2026-03-31').map((one) => one.day)).toEqual([
    '2026-03-27',
    '2026-03-28',
    '2026-03-29',
    '2026-03-30',
    '2026-03-31',
  ])
  expect(dayOfMoment(Date.UTC(2026, 2, 29, 23, 59))).toBe('2026-03-29')
})

test('a table has the first day, and those on which a figure became another', () => {
  const days = [day('2026-11-01', 1), day('2026-11-02', 1), day('2026-11-03', 2), day('2026-11-04', 2)]
  expect(changesIn(days).map((one) => one.day)).toEqual(['2026-11-01', '2026-11-03'])
})

test.each([
  [1, 1],
  [3, 1],
  [5, 2],
  [8, 2],
  [25, 10],
  [40, 10],
  [10_005, 5000],
])('a chart up to %i seats has a line at every %i', (most, step) => {
  expect(stepFor(most)).toBe(step)
})

test('a chart goes in steps, from the ground up to the highest line', () => {
  const chart = chartOf([day('2026-11-01', 0), day('2026-11-02', 0), day('2026-11-03', 2), day('2026-11-04', 4)], size)
  expect(chart.lines.map(({ seats }) => seats)).toEqual([0, 2, 4, 6])
  const ground = size.height - margin.bottom
  expect(chart.used).toBe(`M34 ${ground}H234V76.7H334V43.3H434`)
  expect(chart.area).toBe(`${chart.used}V${ground}H34Z`)
  expect(chart.labels.map((one) => one.day)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04'])
})

test('what is pointed at is the day below it, and beside the chart its first or last', () => {
  const chart = chartOf([day('2026-11-01', 0), day('2026-11-02', 1)], size)
  expect([0, 40, 233, 235, 1000].map((x) => dayAt(x, chart, 2))).toEqual([0, 0, 0, 1, 1])
  expect(dayAt(chart.middleOf(1), chart, 2)).toBe(1)
})

test('a year has a name below its months, as many as there is room for', () => {
  const year = Array.from({ length: 366 }, (_, n) => day(dayOfMoment(Date.UTC(2025, 10, 27 + n)), 1))
  const wide = chartOf(year, { width: 960, height: 220 }).labels.map((one) => one.day)
  expect(wide).toHaveLength(12)
  expect(wide.every((one) => one.endsWith('-01'))).toBe(true)
  const narrow = chartOf(year, { width: 300, height: 220 }).labels
  expect(narrow.length).toBeLessThanOrEqual(5)
  expect(narrow.every(({ x }, n) => n === 0 || x - (narrow[n - 1]?.x ?? 0) >= 50)).toBe(true)
})

test('the line for a seat is those who wait, by their place and not by when they were sent', () => {
  const first = waiting({ id: 'first', place: 3, sentAt: '2026-11-09T00:00:00.000Z' })
  const second = waiting({ id: 'second', place: 8, sentAt: '2026-11-01T00:00:00.000Z' })
  const line = lineOf([second, waiting({ seat: 'held' }), waiting({ status: 'expired' }), first])
  expect(line).toEqual([first, second])
})

function day(name: string, used: number) {
  return { day: name, used, limit: 5, waiting: 0 }
}

function waiting(more: Partial<Invitation>): Invitation {
  const at = '2026-11-01T00:00:00.000Z'
  const invitedBy = { memberId: 'm1', displayName: 'Ada' }
  const plain = { id: 'i1', email: 'kay@example.com', role: 'viewer', status: 'pending', seat: 'waiting' } as const
  return { ...plain, place: 1, invitedBy, sentAt: at, expiresAt: at, askedAt: null, ...more }
}
