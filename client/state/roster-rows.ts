import type { Invitation, Member } from '#shared/protocol/resources.ts'
import type { Role } from '#shared/roles.ts'
import type { WorkspaceState } from '#shared/state/snapshots.ts'

export const statuses = ['active', 'pending', 'expired'] as const
export type Status = (typeof statuses)[number]

/** A line of the members panel: somebody who is in, or somebody who is asked in. */
export type RosterRow = {
  id: string
  email: string
  name: string
  role: Role
  status: Status
  /** An ISO time. */
  since: string
  /** What a search looks in, in small letters. */
  words: string
} & ({ kind: 'member'; member: Member } | { kind: 'invitation'; invitation: Invitation })

/** Members in the order in which they joined, then invitations in the order in which they were sent. */
export function rowsOf({ members, invitations }: NonNullable<WorkspaceState>): RosterRow[] {
  return [
    ...members.map((member) => kept(member, () => memberRow(member))),
    ...invitations.map((invitation) => kept(invitation, () => invitationRow(invitation))),
  ]
}

/** What did not change is the same object after an event, so the row that was made of it is the same, too. */
const rows = new WeakMap<Member | Invitation, RosterRow>()

function kept(of: Member | Invitation, make: () => RosterRow): RosterRow {
  const known = rows.get(of)
  if (known) return known
  const row = make()
  rows.set(of, row)
  return row
}

function memberRow(member: Member): RosterRow {
  const { id, email, displayName: name, role, joinedAt: since } = member
  const words = `${name.toLowerCase()}\n${email}`
  return { kind: 'member', id, email, name, role, status: 'active', since, words, member }
}

function invitationRow(invitation: Invitation): RosterRow {
  const { id, email, role, status, sentAt: since } = invitation
  return { kind: 'invitation', id, email, name: '', role, status, since, words: email, invitation }
}
