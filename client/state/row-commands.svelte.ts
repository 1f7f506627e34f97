import type { AssignableRole } from '#shared/roles.ts'
import { roleNames } from '#shared/roles.ts'
import { may } from '#shared/policy.ts'
import type { JoinedWorkspace } from '#shared/state/snapshots.ts'
import { api } from '../api.ts'
import { Doing, type Question } from './doing.svelte.ts'
import type { RowVerb } from './row-actions.ts'
import type { RosterRow } from './roster-rows.ts'
import { tell } from './tell-news.ts'

/** What is done with rows: which are under way, and what is asked first. The outcome shows by the streams. */
export class RowCommands extends Doing {
  private readonly workspace: () => JoinedWorkspace

  constructor(workspace: () => JoinedWorkspace) {
    super()
    this.workspace = workspace
  }

  changeRole(row: RosterRow, role: AssignableRole): void {
    if (role === row.role) return
    const { id, memberId, name } = this.workspace()
    const change = () =>
      row.kind === 'member' ? api.changeMemberRole(id, row.id, role) : api.changeInvitationRole(id, row.id, role)
    if (row.id !== memberId || may(role, 'member.change_role')) return void this.run(row.id, change)
    this.question = {
      title: `Become ${roleNames[role]}?`,
      text: `You can then no longer invite people to ${name} or change roles. Only another Admin or the Owner can undo this.`,
      action: 'Change my role',
      act: change,
    }
  }

  act(row: RosterRow, verb: RowVerb): void {
    if (verb === 'resend') return void this.resend(row)
    this.question = this.questionFor(row, verb)
  }

  private async resend(row: RosterRow): Promise<void> {
    const sent = await this.run(row.id, () => api.resendInvitation(this.workspace().id, row.id))
    if (sent) tell({ text: `${row.email} was sent a new link. The old one is dead.`, tone: 'good' })
  }

  private questionFor(row: RosterRow, verb: Exclude<RowVerb, 'resend'>): Question {
    const { id, name } = this.workspace()
    switch (verb) {
      case 'cancel':
        return {
          title: `Cancel the invitation of ${row.email}?`,
          text: 'The link in their email stops working. A seat that it holds goes to whoever is next in the line.',
          action: 'Cancel invitation',
          back: 'Keep it',
          act: () => api.cancelInvitation(id, row.id),
        }
      case 'remove':
        return {
          title: `Remove ${row.name}?`,
          text: `${row.email} loses access to ${name} at once, on every device. Coming back takes a new invitation.`,
          action: 'Remove member',
          act: () => api.removeMember(id, row.id),
        }
      case 'leave':
        return leaving(this.workspace())
    }
  }
}

export function leaving({ id, name }: JoinedWorkspace): Question {
  return {
    title: `Leave ${name}?`,
    text: 'You lose access at once. Coming back takes a new invitation.',
    action: 'Leave workspace',
    act: () => api.leaveWorkspace(id),
  }
}
