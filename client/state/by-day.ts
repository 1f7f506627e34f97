import { dayName } from './dates.svelte.ts'

export type Day<Item> = { name: string; items: Item[] }

/** A list that is in the order of time, by the days of whoever reads it. */
export function byDay<Item extends { at: string }>(items: readonly Item[]): Day<Item>[] {
  const days: Day<Item>[] = []
  for (const item of items) {
    const name = dayName(item.at)
    const last = days.at(-1)
    if (last?.name === name) last.items.push(item)
    else days.push({ name, items: [item] })
  }
  return days
}
