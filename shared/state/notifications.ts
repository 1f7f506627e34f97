import type { UserEvent } from '../protocol/events.ts'
import type { UnreadNotifications } from '../protocol/notifications.ts'
import { may } from '../policy.ts'

/** How many are unread in each workspace at N, and the event N+1 of the person's stream, give those at N+1. */
export function withNotifications(unread: UnreadNotifications, event: UserEvent): UnreadNotifications {
  switch (event.type) {
    case 'notification.created':
      return changed(unread, event.data.workspaceId, 1)
    case 'notifications.read':
      return event.data.read.reduce(
        (counts, { workspaceId, notificationIds }) => changed(counts, workspaceId, -notificationIds.length),
        unread,
      )
    case 'workspace.removed':
      return without(unread, event.data.workspaceId)
    case 'workspace.role_changed':
      return may(event.data.role, 'notification.receive') ? unread : without(unread, event.data.workspaceId)
    default:
      return unread
  }
}

/** Over all workspaces. */
export function unreadIn(unread: UnreadNotifications): number {
  return Object.values(unread).reduce((sum, count) => sum + count, 0)
}

function changed(unread: UnreadNotifications, workspaceId: string, by: number): UnreadNotifications {
  const count = (unread[workspaceId] ?? 0) + by
  return count > 0 ? { ...unread, [workspaceId]: count } : without(unread, workspaceId)
}

function without(unread: UnreadNotifications, workspaceId: string): UnreadNotifications {
  if (!(workspaceId in unread)) return unread
  const { [workspaceId]: _gone, ...rest } = unread
  return rest
}
