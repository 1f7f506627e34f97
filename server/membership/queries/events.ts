import type { StreamEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { workspaceFor } from './roster.ts'

type Asked = { userId: string; workspaceId: string; after: number; limit: number; types: string[] | null }

/** The ordered history of a workspace after a position, for its members. */
export async function readHistory(sql: Sql, { userId, workspaceId, after, limit, types }: Asked) {
  const stream = streamOf('workspace', workspaceId)
  const [[workspace], [head], rows] = await readWithin(sql, { workspace: workspaceId, streams: [stream] }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    tx<{ position: number }[]>`select position from streams where name = ${stream}`,
    tx<StreamEvent[]>`
      select position, type, at, actor, data
      from events
      where stream = ${stream} and position > ${after} and (${types}::text[] is null or type = any(${types}))
      order by position
      limit ${limit + 1}`,
  ])
  if (!workspace || !head) throw notFound()
  return { position: head.position, events: rows.slice(0, limit), hasMore: rows.length > limit }
}
