import type { AssignableRole } from '#shared/roles.ts'
import { may } from '#shared/policy.ts'
import type { Invitation, Member } from '#shared/protocol/resources.ts'
import { SvelteMap } from 'svelte/reactivity'
import type { JoinedWorkspace } from '#shared/state/snapshots.ts'
import { api } from '../api.ts'
import { members } from '../messages/members.ts'
import { names } from '../messages/names.ts'
import { Doing, type Question } from './doing.svelte.ts'
import { once } from './once.svelte.ts'
import { sendRole, tellRoleChange } from './role-change.ts'
import type { Roster } from './roster.svelte.ts'
import type { RowVerb } from './row-actions.ts'
import type { RosterRow } from './roster-rows.ts'
import { tell } from './tell-news.ts'

/** What is done with rows: which are under way, and what is asked first. The outcome shows by the streams. */
export class RowCommands extends Doing {
  private readonly workspace: () => JoinedWorkspace
  private readonly roster: () => Roster
  /** The roles that were asked for and that nobody has confirmed yet, by the ids of their rows. */
  private readonly wanted = new SvelteMap<string, AssignableRole>()

  constructor(workspace: () => JoinedWorkspace, roster: () => Roster) {
    super()
    this.workspace = workspace
    this.roster = roster
  }

  /** The row as it is asked to be: it is `pending` until the stream shows it, or the server refuses. */
  asWanted(row: RosterRow): RosterRow {
    const role = this.wanted.get(row.id)
    return role ? { ...row, role } : row
  }

  changeRole(row: RosterRow, role: AssignableRole): void {
    if (role === row.role) return
    const { id, memberId, name } = this.workspace()
    const change = () => sendRole(id, row, role)
    if (row.id !== memberId || may(role, 'member.change_role')) return void this.giveRole(row, role)
    this.question = {
      title: members().become(names().roles[role]),
      text: members().becomeText(name),
      action: members().becomeYes,
      act: change,
    }
  }

  private async giveRole(row: RosterRow, role: AssignableRole): Promise<void> {
    if (this.pending.has(row.id)) return
    const { id } = this.workspace()
    const before = this.subjectOf(row)
    this.wanted.set(row.id, role)
    const given = await this.run(row.id, async () => {
      await sendRole(id, row, role)
      await once(() => this.subjectOf(row) !== before || before?.role === role)
    })
    this.wanted.delete(row.id)
    if (given) tellRoleChange(id, row, role)
  }

  /** What stands in the live state: what did not change stays the same object. */
  private subjectOf({ kind, id }: RosterRow): Member | Invitation | undefined {
    const { state } = this.roster()
    return kind === 'member'
      ? state?.members.find((one) => one.id === id)
      : state?.invitations.find((one) => one.id === id)
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
