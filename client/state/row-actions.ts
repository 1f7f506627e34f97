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
