import type { SeatDay } from '#shared/protocol/account.ts'
import { stepFor } from './seat-history.ts'

/** In pixels, as all of a chart. */
export type Size = { width: number; height: number }

/** Room for the words beside the plot. */
export const margin = { top: 10, right: 4, bottom: 24, left: 34 }
const roomOfLabel = 56

export type Chart = {
  used: string
  /** As `used`, closed at the ground. */
  area: string
  limit: string
  lines: { seats: number; y: number }[]
  labels: { day: string; x: number }[]
  /** How wide one day is. */
  band: number
  yOf: (seats: number) => number
  middleOf: (index: number) => number
}

/** Where everything of the chart stands: a day is a step as wide as the others, as high as it has seats. */
export function chartOf(days: readonly SeatDay[], { width, height }: Size): Chart {
  const [across, down] = [width - margin.left - margin.right, height - margin.top - margin.bottom]
  const most = Math.max(1, ...days.map(({ used, limit }) => Math.max(used, limit)))
  const step = stepFor(most)
  const top = Math.ceil(most / step) * step
  const band = across / Math.max(1, days.length)
  const ground = margin.top + down
  const yOf = (seats: number) => ground - (seats / top) * down
  const xOf = (index: number) => margin.left + index * band
  const steps = (heights: number[]) => stepsThrough(heights.map(yOf), xOf)
  const used = steps(days.map((day) => day.used))
  return {
    used,
    area: `${used}V${round(ground)}H${round(margin.left)}Z`,
    limit: steps(days.map((day) => day.limit)),
    lines: Array.from({ length: top / step + 1 }, (_, n) => ({ seats: n * step, y: yOf(n * step) })),
    labels: labelled(days, band).map((index) => ({ day: days[index]?.day ?? '', x: xOf(index) })),
    band,
    yOf,
    middleOf: (index) => xOf(index + 0.5),
  }
}

/** Which of `count` days is at `x`. */
export function dayAt(x: number, { band }: Chart, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor((x - margin.left) / band)))
}

/** A path that goes on level until the height is another. */
function stepsThrough(heights: number[], xOf: (index: number) => number): string {
  const path = heights.flatMap((y, index) => {
    if (index === 0) return [`M${round(xOf(0))} ${round(y)}`]
    return y === heights[index - 1] ? [] : [`H${round(xOf(index))}V${round(y)}`]
  })
  return `${path.join('')}H${round(xOf(heights.length))}`
}

/** The days with a name below them: first days of a month where there are several months, else as many as have room. */
function labelled(days: readonly SeatDay[], band: number): number[] {
  const all = days.map((_, index) => index)
  const months = all.filter((index) => days[index]?.day.endsWith('-01'))
  const candidates = months.length > 2 ? months : all
  const every = Math.ceil(roomOfLabel / (band * (candidates === months ? 30 : 1)))
  const fits = (index: number) => index === 0 || (days.length - index) * band >= roomOfLabel
  return candidates.filter((index, nth) => nth % every === 0 && fits(index))
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
