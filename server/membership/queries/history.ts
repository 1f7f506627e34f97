import { workspaceEvents, type WorkspaceEvent } from '#shared/protocol/events.ts'
import type { EventsQuery } from '#shared/protocol/history.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { workspaceFor } from './roster.ts'
import { readSubjects } from './subjects.ts'

type Reader = { userId: string; workspaceId: string }

/** The ordered history of a workspace, or what of it is asked for, for its members. */
export async function readHistory(sql: Sql, { userId, workspaceId }: Reader, query: EventsQuery) {
  const stream = streamOf('workspace', workspaceId)
  const [[workspace], [head], rows] = await readWithin(sql, { workspace: workspaceId, streams: [stream] }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    tx<{ position: number }[]>`select position from streams where name = ${stream}`,
    eventsIn(tx, stream, query),
  ])
  if (!workspace || !head) throw notFound()
  const events = rows.slice(0, query.limit)
  const found = { position: head.position, events, hasMore: rows.length > query.limit }
  return query.subjects ? { ...found, subjects: await readSubjects(sql, workspaceId, events) } : found
}

/** Each kind of events is found by its own index, a page of it, so that a long log is not searched for a few. */
function eventsIn(tx: Tx, stream: string, query: EventsQuery) {
  const { order, limit, type, actor } = query
  const [from, to] = [query.from ?? null, query.to ?? null]
  const types = type?.split(',') ?? (actor ? Object.keys(workspaceEvents) : null)
  const towards = order === 'desc' ? tx`desc` : tx`asc`
  const most = limit + 1
  const page = tx`
    e.stream = ${stream} and e.stream like 'workspace:%' and e.position > span.after and e.position < span.before
      and (${from}::timestamptz is null or e.at >= ${from}) and (${to}::timestamptz is null or e.at <= ${to})`
  const ofTypes = tx`
    select found.position
    from unnest(${types}::text[]) as kind (type) cross join lateral (
      select e.position from events e where e.type = kind.type and ${page} order by e.position ${towards} limit ${most}
    ) found`
  const ofActor = tx`
    select position
    from positions_of_actor(
      ${stream}, ${actor ?? null}, ${types}, span.after, span.before, ${from}, ${to}, ${order === 'desc'}, ${most}
    ) as position`
  const ofAll = tx`select e.position from events e where ${page} order by e.position ${towards} limit ${most}`
  return tx<WorkspaceEvent[]>`
    with span as materialized (${spanOf(tx, stream, query)})
    select e.position, e.type, e.at, e.actor, e.data
    from span
      cross join lateral (${actor ? ofActor : types ? ofTypes : ofAll}) found
      join events e on e.stream = ${stream} and e.position = found.position
    order by e.position ${towards}
    limit ${most}`
}

/**
 * Between which positions a time is. An event's moment is read before its position is taken, so that neighbours can be a
 * moment out of order: no transaction takes a minute.
 */
function spanOf(tx: Tx, stream: string, { after, ...query }: EventsQuery) {
  const [before, from, to] = [query.before ?? null, query.from ?? null, query.to ?? null]
  return tx`
    select
      greatest(${after}::bigint, (
        select e.position from events e
        where e.stream = ${stream} and e.stream like 'workspace:%' and e.at < ${from}::timestamptz - interval '1 minute'
        order by e.at desc limit 1
      )) as after,
      coalesce(least(${before}::bigint, (
        select e.position from events e
        where e.stream = ${stream} and e.stream like 'workspace:%' and e.at > ${to}::timestamptz + interval '1 minute'
        order by e.at limit 1
      )), 9223372036854775807) as before`
}
