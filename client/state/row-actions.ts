import { may } from '#shared/policy.ts'
import type { JoinedWorkspace } from '#shared/state/snapshots.ts'
import type { RosterRow } from './roster-rows.ts'

export type RowVerb = 'resend' | 'cancel' | 'remove' | 'leave'

/** What the reader may do with a row, by the one table that the server decides by. */
export function verbsFor(row: RosterRow, { role, memberId }: JoinedWorkspace): RowVerb[] {
  const verbs: RowVerb[] = []
  if (row.kind === 'invitation') {
    if (may(role, 'invitation.resend')) verbs.push('resend')
    if (may(role, 'invitation.cancel')) verbs.push('cancel')
  } else if (row.id === memberId) {
    if (may(role, 'workspace.leave')) verbs.push('leave')
  } else if (row.role !== 'owner' && may(role, 'member.remove')) verbs.push('remove')
  return verbs
}

/** Whether the reader may give this row another role: never to the owner, and an expired invitation has none to change. */
export function mayChangeRole(row: RosterRow, { role }: JoinedWorkspace): boolean {
  if (row.kind === 'invitation') return row.status === 'pending' && may(role, 'invitation.change_role')
  return row.role !== 'owner' && may(role, 'member.change_role')
}

/** What is done with many rows at once. Leaving is not among it. */
const bulkVerbs = ['role', 'resend', 'cancel', 'remove'] as const
export type BulkVerb = (typeof bulkVerbs)[number]

/** What the reader may do with each of the rows; with their own they act one by one. */
export function bulkVerbsFor(rows: readonly RosterRow[], reader: JoinedWorkspace): BulkVerb[] {
  if (rows.length === 0) return []
  return bulkVerbs.filter((verb) => rows.every((row) => mayBulk(row, verb, reader)))
}

/** Whether a row can be selected: there is something that the reader may do with it among others. */
export function isSelectable(row: RosterRow, reader: JoinedWorkspace): boolean {
  return bulkVerbs.some((verb) => mayBulk(row, verb, reader))
}

/** Whether the reader may do anything with many rows. */
export function maySelect({ role }: JoinedWorkspace): boolean {
  return may(role, 'member.change_role') || may(role, 'member.remove') || may(role, 'invitation.resend')
}

function mayBulk(row: RosterRow, verb: BulkVerb, reader: JoinedWorkspace): boolean {
  if (row.id === reader.memberId) return false
  return verb === 'role' ? mayChangeRole(row, reader) : verbsFor(row, reader).includes(verb)
}
