import { idOf, kindOf, type Stream } from '#shared/protocol/streams.ts'
import { readWithin } from '../core/tenant.ts'
import type { Sql } from '../db/connect.ts'

/** The stream's head where this user may watch it now, else null: not theirs and not there are the same. */
export async function headFor(sql: Sql, stream: Stream, userId: string): Promise<number | null> {
  const id = idOf(stream)
  if (kindOf(stream) === 'user' && id !== userId) return null
  const [[row]] = await readWithin(sql, { user: userId, streams: [stream] }, (tx) => [
    tx<{ position: number }[]>`
      select position
      from streams
      where name = ${stream}
        and case ${kindOf(stream)}
          when 'user' then true
          when 'workspace' then exists (select from members where workspace_id = ${id} and user_id = ${userId})
          else exists (select from members where account_id = ${id} and user_id = ${userId})
        end`,
  ])
  return row?.position ?? null
}
