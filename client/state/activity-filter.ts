import type { HistoryQuery } from '#shared/protocol/history.ts'
import { activityKinds, kindNames, type ActivityKind } from './activity-kinds.ts'
import { oneOf } from './query.ts'

/** Which part of a history is shown; days as `2026-11-26`, those of whoever reads. */
export type ActivityFilter = { actor: string; kind: ActivityKind | ''; from: string; to: string }

export const noFilter: ActivityFilter = { actor: '', kind: '', from: '', to: '' }

export function filterIn(query: URLSearchParams): ActivityFilter {
  const actor = query.get('actor') ?? ''
  return {
    actor: /^[0-9a-f-]{36}$/.test(actor) ? actor : '',
    kind: oneOf(query, 'kind', kindNames),
    from: dayIn(query, 'from'),
    to: dayIn(query, 'to'),
  }
}

export function isFiltered(filter: ActivityFilter): boolean {
  return Object.values(filter).some((value) => value !== '')
}

/** As the server is asked. */
export function asked({ actor, kind, from, to }: ActivityFilter): HistoryQuery {
  return {
    ...(actor && { actor }),
    ...(kind && { type: activityKinds[kind].join(',') }),
    ...(from && { from: momentIn(from, 0) }),
    ...(to && { to: momentIn(to, 1) }),
  }
}

function dayIn(query: URLSearchParams, name: string): string {
  const day = query.get(name) ?? ''
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : ''
}

/** The beginning of a day here, so many days later; of the next one the last moment before it. */
function momentIn(day: string, later: 0 | 1): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(new Date(year, month - 1, date + later).getTime() - later).toISOString()
}
