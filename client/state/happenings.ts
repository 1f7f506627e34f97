import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import { happenings } from '../messages/happenings.ts'

export type Happening = keyof ReturnType<typeof happenings>

const kinds: Readonly<Partial<Record<WorkspaceEvent['type'], Happening>>> = {
  'member.joined': 'joined',
  'member.left': 'left',
  'member.removed': 'left',
  'member.role_changed': 'roles',
  'invitation.role_changed': 'roles',
  'member.profile_changed': 'profiles',
  'invitation.sent': 'invited',
  'invitation.resent': 'invited',
  'invitation.cancelled': 'ended',
  'invitation.declined': 'ended',
  'invitation.expired': 'ended',
  'invitation.waiting': 'waiting',
  'agent.created': 'agents',
  'agent.updated': 'agents',
  'agent.deleted': 'agents',
}

/** As what a listener counts this; null: it says nothing by itself, or comes with something that does. */
export function happeningOf({ type }: WorkspaceEvent): Happening | null {
  return kinds[type] ?? null
}

/** `3 people joined, 2 roles changed.`, in the order in which they first happened. */
export function sentenceFor(counts: ReadonlyMap<Happening, number>): string {
  const words = happenings()
  return `${[...counts].map(([what, count]) => words[what](count)).join(', ')}.`
}
