import type { WhichNotifications } from '#shared/protocol/notifications.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { enter, timeNow, together, type Tx } from '../../core/tenant.ts'

/** `before`: those that are older than this moment. */
type Which = WhichNotifications | { before: string }
type Input = { userId: string; which: Which }
type Read = { id: string; workspaceId: string }

/** So many at a time: an event names each. */
export const mostReadAtOnce = 500

/**
 * Marks notifications as read on all of a person's devices; answers how many. Of two at once each row is read by one (C3).
 * The memberships are locked against their end, and that of a role, which take notifications along in an order of their own.
 */
export const markNotificationsRead: Command<Input, object, number> = {
  async open(tx, { userId }) {
    const [, , [now]] = await together(
      enter(tx, { user: userId }),
      tx`select id from members where user_id = ${userId} order by workspace_id for share`,
      timeNow(tx),
    )
    return now
  },
  async run(unit, { userId, which }) {
    const read = await markRead(unit, userId, which)
    if (read.length > 0) unit.draft.append('user', userId, 'notifications.read', { read: inWorkspaces(read) })
    return read.length
  },
}

function markRead({ tx, at }: Unit, userId: string, which: Which) {
  return tx<Read[]>`
    with unread as materialized (
      select id
      from notifications
      where user_id = ${userId} and read_at is null and ${chosen(tx, which)}
      order by id
      limit ${mostReadAtOnce}
      for update
    )
    update notifications n
    set read_at = ${at}
    from unread
    where n.user_id = ${userId} and n.id = unread.id
    returning n.id, n.workspace_id`
}

function chosen(tx: Tx, which: Which) {
  if ('ids' in which) return tx`id = any(${which.ids})`
  return 'upTo' in which ? tx`id <= ${which.upTo}` : tx`at < ${which.before}`
}

function inWorkspaces(read: readonly Read[]) {
  return [...new Set(read.map(({ workspaceId }) => workspaceId))].sort().map((workspaceId) => ({
    workspaceId,
    notificationIds: read.filter((one) => one.workspaceId === workspaceId).map(({ id }) => id),
  }))
}
