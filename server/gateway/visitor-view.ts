import type { ConversationEvent } from '#shared/protocol/events.ts'
import type { Face, VisitorEvent } from '#shared/protocol/visitors.ts'
import type { LoggedEvent } from '../core/event-log.ts'
import { eventFor } from '../messenger/view.ts'

/** An event of a conversation as its visitor gets it: visitors watch nothing else. */
export function asVisitorGets(event: LoggedEvent): VisitorEvent {
  return eventFor(event as LoggedEvent & ConversationEvent)
}

/** The member who has written, else null. */
export function writerIn(event: LoggedEvent): string | null {
  return event.type === 'message.created' ? event.data.message.author.memberId : null
}

/** The member who is one no more from this event on, else null. */
export function leaverIn(event: LoggedEvent): string | null {
  return event.type === 'member.removed' || event.type === 'member.left' ? event.data.memberId : null
}

/** How a member is called and looks from this event on, else null. */
export function newFaceIn(event: LoggedEvent): Face | null {
  if (event.type !== 'member.profile_changed') return null
  const { memberId, displayName, avatarUrl } = event.data
  return { memberId, name: displayName, avatarUrl }
}
