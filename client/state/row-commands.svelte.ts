import type { AssignableRole } from '#shared/roles.ts'
import { may } from '#shared/policy.ts'
import type { JoinedWorkspace } from '#shared/state/snapshots.ts'
import { api } from '../api.ts'
import { members } from '../messages/members.ts'
import { names } from '../messages/names.ts'
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
      title: members().become(names().roles[role]),
      text: members().becomeText(name),
      action: members().becomeYes,
      act: change,
    }
  }

  act(row: RosterRow, verb: RowVerb): void {
    if (verb === 'resend') return void this.resend(row)
    this.question = this.questionFor(row, verb)
  }

  private async resend(row: RosterRow): Promise<void> {
    const sent = await this.run(row.id, () => api.resendInvitation(this.workspace().id, row.id))
    if (sent) tell({ text: members().resent(row.email), tone: 'good' })
  }

  private questionFor(row: RosterRow, verb: Exclude<RowVerb, 'resend'>): Question {
    const { id, name } = this.workspace()
    const words = members()
    switch (verb) {
      case 'cancel':
        return {
          title: words.cancelTitle(row.email),
          text: words.cancelText,
          action: words.verbs.cancel,
          back: words.keepIt,
          act: () => api.cancelInvitation(id, row.id),
        }
      case 'remove':
        return {
          title: words.removeTitle(row.name),
          text: words.removeText(row.email, name),
          action: words.verbs.remove,
          act: () => api.removeMember(id, row.id),
        }
      case 'leave':
        return leaving(this.workspace())
    }
  }
}

export function leaving({ id, name }: JoinedWorkspace): Question {
  const words = members()
  return {
    title: words.leaveTitle(name),
    text: words.leaveText,
    action: words.verbs.leave,
    act: () => api.leaveWorkspace(id),
  }
}
