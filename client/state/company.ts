import { isPlace, type Place, type PlaceName } from '#shared/places.ts'
import type { Member } from '#shared/protocol/resources.ts'
import type { Opened, WorkspacePage } from '../routes.ts'

/** Where somebody is who has this page open; null where it is nothing to be seen on. */
export function placeAt(page: WorkspacePage, { agent, conversation }: Opened): Place | null {
  const below = conversation ? `/${conversation.agentId}/${conversation.id}` : agent ? `/${agent.id}` : ''
  const place = page + below
  return isPlace(place) ? place : null
}

/** The part of the workspace that a place is in. */
export function partOf(place: Place): PlaceName {
  return place.split('/')[0] as PlaceName
}

/**
 * Whether somebody at one place sees the page that `place` is. The Help Desk is one page, whichever conversation is open;
 * an agent has pages of its own.
 */
function isOnSame(place: Place, other: Place): boolean {
  return partOf(place) === partOf(other) && (!place.startsWith('agents/') || place === other)
}

/** The others who are at this place, by name. */
export function othersAt(place: Place | null, everybody: ReadonlyMap<string, readonly Place[]>, members: readonly Member[], ownId: string): Member[] {
  if (!place) return []
  return members.filter(({ id }) => id !== ownId && everybody.get(id)?.some((other) => isOnSame(place, other)))
} // prettier-ignore
