import { roles, type Role } from '#shared/roles.ts'
import { oneOf } from './query.ts'
import { statuses, type RosterRow, type Status } from './roster-rows.ts'

export const sortKeys = ['name', 'role', 'status', 'since'] as const
export type SortKey = (typeof sortKeys)[number]
export type Sorting = { key: SortKey; direction: 'ascending' | 'descending' } | null

/** What of the panel's rows is shown. */
export type Filters = { search: string; role: Role | ''; status: Status | '' }

/** The filters that an address asks for: `?q=&role=&status=`. */
export function filtersIn(query: URLSearchParams): Filters {
  return { search: query.get('q') ?? '', role: oneOf(query, 'role', roles), status: oneOf(query, 'status', statuses) }
}

/** The order that an address asks for: `?sort=name`, or `?sort=-name` downwards. */
export function sortingIn(query: URLSearchParams): Sorting {
  const upwards = oneOf(query, 'sort', sortKeys)
  if (upwards) return { key: upwards, direction: 'ascending' }
  const key = sortKeys.find((one) => query.get('sort') === `-${one}`)
  return key ? { key, direction: 'descending' } : null
}

export function sortWord(sorting: Sorting): string {
  if (!sorting) return ''
  return sorting.direction === 'ascending' ? sorting.key : `-${sorting.key}`
}

/** A column sorts upwards first, then downwards, then not at all. */
export function nextSorting(sorting: Sorting, key: SortKey): Sorting {
  if (sorting?.key !== key) return { key, direction: 'ascending' }
  return sorting.direction === 'ascending' ? { key, direction: 'descending' } : null
}

/** Those of the rows that have the role, the status and each of the words. */
export function filter(rows: RosterRow[], { search, role, status }: Filters): RosterRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0 && !role && !status) return rows
  return rows.filter(
    (row) =>
      (!role || row.role === role) &&
      (!status || row.status === status) &&
      words.every((word) => row.words.includes(word)),
  )
}
