import type { Invitation, Member } from '#shared/protocol/resources.ts'
import { roles, type Role } from '#shared/roles.ts'
import type { WorkspaceState } from '#shared/state/snapshots.ts'

export const statuses = ['active', 'pending', 'expired'] as const
export type Status = (typeof statuses)[number]

export const statusNames: Readonly<Record<Status, string>> = {
  active: 'Active',
  pending: 'Pending',
  expired: 'Expired',
}

/** A line of the members panel: somebody who is in, or somebody who is asked in. `since` is an ISO time. */
export type RosterRow = { id: string; email: string; name: string; role: Role; status: Status; since: string } & (
  { kind: 'member'; member: Member } | { kind: 'invitation'; invitation: Invitation }
)

export type SortKey = 'name' | 'role' | 'status' | 'since'
export type Sorting = { key: SortKey; direction: 'ascending' | 'descending' } | null
export type View = { search: string; role: Role | ''; status: Status | ''; sorting: Sorting }

/** Members in the order in which they joined, then invitations in the order in which they were sent. */
export function rowsOf({ members, invitations }: NonNullable<WorkspaceState>): RosterRow[] {
  return [...members.map(memberRow), ...invitations.map(invitationRow)]
}

export function arrange(rows: RosterRow[], { search, role, status, sorting }: View): RosterRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = rows.filter(
    (row) =>
      (!role || row.role === role) && (!status || row.status === status) && words.every((word) => matches(row, word)),
  )
  if (!sorting) return shown
  const sign = sorting.direction === 'ascending' ? 1 : -1
  return shown.sort((one, other) => sign * compare(one, other, sorting.key))
}

/** A column sorts upwards first, then downwards, then not at all. */
export function nextSorting(sorting: Sorting, key: SortKey): Sorting {
  if (sorting?.key !== key) return { key, direction: 'ascending' }
  return sorting.direction === 'ascending' ? { key, direction: 'descending' } : null
}

function memberRow(member: Member): RosterRow {
  const { id, email, displayName: name, role, joinedAt: since } = member
  return { kind: 'member', id, email, name, role, status: 'active', since, member }
}

function invitationRow(invitation: Invitation): RosterRow {
  const { id, email, role, status, sentAt: since } = invitation
  return { kind: 'invitation', id, email, name: '', role, status, since, invitation }
}

function matches(row: RosterRow, word: string): boolean {
  return row.email.includes(word) || row.name.toLowerCase().includes(word)
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true })

function compare(one: RosterRow, other: RosterRow, key: SortKey): number {
  if (key === 'name') return collator.compare(one.name || one.email, other.name || other.email)
  if (key === 'role') return roles.indexOf(one.role) - roles.indexOf(other.role)
  if (key === 'status') return statuses.indexOf(one.status) - statuses.indexOf(other.status)
  return one.since < other.since ? -1 : one.since > other.since ? 1 : 0
}
