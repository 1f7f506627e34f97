import { roles } from '#shared/roles.ts'
import { statuses, type RosterRow } from './roster-rows.ts'
import type { SortKey, Sorting } from './roster-view.ts'

type Compare = (one: RosterRow, other: RosterRow) => number

/** So many rows find their place one by one; more of them are sorted with all the others. */
const few = 200

/**
 * The rows in the order of a column. It remembers each order that it made: after a change of some of ten thousand rows,
 * only those look for their place.
 */
export class RosterOrder {
  private readonly made = new Map<SortKey, RosterRow[]>()

  of(rows: RosterRow[], sorting: Sorting): RosterRow[] {
    if (!sorting) return rows
    const { key, direction } = sorting
    const sorted = renewed(this.made.get(key) ?? [], rows, comparing[key])
    this.made.set(key, sorted)
    return direction === 'ascending' ? sorted : sorted.toReversed()
  }
}

function renewed(sorted: RosterRow[], rows: RosterRow[], compare: Compare): RosterRow[] {
  const present = new Set(rows)
  const still = sorted.filter((row) => present.delete(row))
  if (present.size > few) return [...still, ...present].sort(compare)
  for (const row of present) still.splice(placeFor(row, still, compare), 0, row)
  return still
}

/** How many of the sorted rows stand before it. */
function placeFor(row: RosterRow, sorted: RosterRow[], compare: Compare): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (compare(sorted[middle] as RosterRow, row) < 0) from = middle + 1
    else to = middle
  }
  return from
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

const comparing: Readonly<Record<SortKey, Compare>> = {
  name: (one, other) => collator.compare(one.name || one.email, other.name || other.email) || arrival(one, other),
  role: (one, other) => roles.indexOf(one.role) - roles.indexOf(other.role) || arrival(one, other),
  status: (one, other) => statuses.indexOf(one.status) - statuses.indexOf(other.status) || arrival(one, other),
  since: (one, other) => text(one.since, other.since) || arrival(one, other),
}

/** Members before invitations, each as they came: whatever is equal has one order. */
function arrival(one: RosterRow, other: RosterRow): number {
  return text(other.kind, one.kind) || text(one.since, other.since) || text(one.id, other.id)
}

function text(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
