import type { SeatDay } from '#shared/protocol/account.ts'
import type { Seats } from '#shared/plans.ts'

const dayLength = 86_400_000

/** The days with today as the seats stand now, though the history was read a while ago. `today` as `2026-11-26`. */
export function upToNow(days: readonly SeatDay[], { used, limit, waiting }: Seats, today: string): SeatDay[] {
  const before = days.filter(({ day }) => day < today)
  const last = before.at(-1)
  const between = last ? daysBetween(last.day, today).map((day) => ({ ...last, day })) : []
  return [...before, ...between, { day: today, used, limit, waiting }]
}

/** The days on which a figure became another, and the first one: what a table has to say. */
export function changesIn(days: readonly SeatDay[]): SeatDay[] {
  return days.filter((one, index) => {
    const before = days[index - 1]
    return !before || one.used !== before.used || one.limit !== before.limit || one.waiting !== before.waiting
  })
}

/** A whole number of seats between two lines behind a chart that reaches up to `most`: four lines or so. */
export function stepFor(most: number): number {
  const rough = Math.max(1, most / 4)
  const power = 10 ** Math.floor(Math.log10(rough))
  return Math.ceil([1, 2, 5, 10].map((of) => of * power).find((step) => step >= rough) ?? rough)
}

/** `2026-11-26`, in UTC. */
export function dayOfMoment(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10)
}

/** Those after the one and before the other. */
function daysBetween(one: string, other: string): string[] {
  const count = Math.round((Date.parse(other) - Date.parse(one)) / dayLength) - 1
  return Array.from({ length: Math.max(0, count) }, (_, n) => dayOfMoment(Date.parse(one) + (n + 1) * dayLength))
}
