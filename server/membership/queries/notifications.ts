import type { Notification, NotificationsAnswer } from '#shared/protocol/notifications.ts'
import type { PageQuery } from '#shared/protocol/page.ts'
import { pageFrom } from '../../core/page.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

type Row = Omit<Notification, 'workspace'> & { workspaceId: string; name: string; handle: string }

/** What somebody was notified of, in all their workspaces, newest first. */
export async function readNotifications(
  sql: Sql,
  userId: string,
  { cursor, limit }: PageQuery,
): Promise<NotificationsAnswer> {
  const [rows, unread] = await readWithin(sql, { user: userId }, (tx) => [
    tx<Row[]>`
      select n.id, n.kind, n.about, n.at, n.read_at, n.workspace_id, w.name, w.handle
      from notifications n join workspaces w on w.id = n.workspace_id
      where n.user_id = ${userId} and (${cursor ?? null}::uuid is null or n.id < ${cursor ?? null})
      order by n.id desc
      limit ${limit + 1}`,
    unreadOf(tx, userId),
  ])
  const items = rows.map(({ workspaceId, name, handle, ...row }) => ({
    ...row,
    workspace: { id: workspaceId, name, handle },
  }))
  return { ...pageFrom(items, limit), unread: unread.reduce((sum, one) => sum + one.unread, 0) }
}

/** How many are unread in each workspace where any is. */
export function unreadOf(tx: Tx, userId: string) {
  return tx<{ workspaceId: string; unread: number }[]>`
    select workspace_id, count(*) as unread
    from notifications
    where user_id = ${userId} and read_at is null
    group by workspace_id`
}
