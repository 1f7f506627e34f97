import type { AssignableRole, Role } from '#shared/roles.ts'
import { api } from '../api.ts'
import { undo } from '../messages/undo.ts'
import type { RosterRow } from './roster-rows.ts'
import { tellDone } from './undo.ts'

export function sendRole(workspaceId: string, row: Pick<RosterRow, 'kind' | 'id'>, role: AssignableRole) {
  return row.kind === 'member'
    ? api.changeMemberRole(workspaceId, row.id, role)
    : api.changeInvitationRole(workspaceId, row.id, role)
}

/** Says that the row has another role now, with the way back to the one that it had. */
export function tellRoleChange(workspaceId: string, row: RosterRow, role: AssignableRole): void {
  const { role: former, name, email } = row
  if (former === 'owner') return
  const words = undo()
  const called = name || email
  tellDone({
    text: row.kind === 'member' ? words.nowRole(name, role) : words.invitedAs(email, role),
    between: async () => {
      const now = await roleNow(workspaceId, row)
      if (now === null) return words.gone(called)
      return now === role ? null : words.roleBetween(called)
    },
    takeBack: () => sendRole(workspaceId, row, former),
    back: words.roleBack(called, former),
  })
}

/** As the server has it: the page may have left the workspace meanwhile. Null: not there, or not to be changed any more. */
async function roleNow(workspaceId: string, { kind, id }: RosterRow): Promise<Role | null> {
  const { members, invitations } = await api.roster(workspaceId)
  if (kind === 'member') return members.find((one) => one.id === id)?.role ?? null
  return invitations.find((one) => one.id === id && one.status === 'pending')?.role ?? null
}
