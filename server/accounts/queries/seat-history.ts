import { mostDaysOfSeats, type SeatHistory } from '#shared/protocol/account.ts'
import { seatsOf, type Seats } from '#shared/plans.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

type Row = { day: string; seats: Pick<Seats, 'used' | 'limit' | 'waiting'> | null }

/** Before anything happened to its seats an account has those of the free plan. */
const atFirst = seatsOf({ plan: 'free', addonSeats: 0, active: 0, pending: 0 })

/** How the seats of one's own account stood at the end of each day (UTC) since `from`, and stand now; a year at most. */
export async function readSeatHistory(sql: Sql, userId: string, from: string | undefined): Promise<SeatHistory> {
  const [[account]] = await readWithin(sql, { user: userId }, (tx) => [
    tx<{ id: string }[]>`select id from accounts where owner_id = ${userId}`,
  ])
  if (!account) throw notFound()
  const stream = streamOf('account', account.id)
  const [rows] = await readWithin(sql, { user: userId, streams: [stream] }, (tx) => [
    tx<Row[]>`
      with span as (
        select
          greatest(
            ${from ?? null}::date,
            (select (u.created_at at time zone 'UTC')::date from users u where u.id = ${userId}),
            today - ${mostDaysOfSeats - 1}::int
          ) as first,
          today as last
        from (select (now() at time zone 'UTC')::date as today) as clock
      )
      select to_char(day, 'YYYY-MM-DD') as day, stood.data as seats
      from span, generate_series(span.first::timestamp, span.last::timestamp, '1 day') as day
        left join lateral (
          select e.data
          from events e
          where e.stream = ${stream} and e.type = 'seats.changed' and e.at < (day + interval '1 day') at time zone 'UTC'
          order by e.at desc, e.position desc
          limit 1
        ) as stood on true
      order by day`,
  ])
  return { days: rows.map(({ day, seats }) => ({ day, ...figuresOf(seats ?? atFirst) })) }
}

function figuresOf({ used, limit, waiting }: Pick<Seats, 'used' | 'limit' | 'waiting'>) {
  return { used, limit, waiting }
}
