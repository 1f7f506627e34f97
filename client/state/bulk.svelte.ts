import type { AssignableRole } from '#shared/roles.ts'
import { api } from '../api.ts'
import { doWithEach, waitFor, type Outcome } from './each-of.ts'
import type { RosterRow } from './roster-rows.ts'
import type { BulkVerb } from './row-actions.ts'

/** What is to be done with many rows. */
export type BulkTask = { verb: Exclude<BulkVerb, 'role'> } | { verb: 'role'; role: AssignableRole }

/** One thing that is done with many rows: asked about, under way, over. */
export class Bulk {
  readonly task: BulkTask
  readonly rows: readonly RosterRow[]
  phase = $state<'asking' | 'running' | 'over'>('asking')
  outcomes = $state.raw<readonly Outcome<RosterRow>[]>([])
  private readonly stopped = new AbortController()
  private readonly workspaceId: string

  constructor(workspaceId: string, task: BulkTask, rows: readonly RosterRow[]) {
    this.workspaceId = workspaceId
    this.task = task
    this.rows = rows
  }

  get refused(): readonly Outcome<RosterRow>[] {
    return this.outcomes.filter(({ refusal }) => refusal !== null)
  }

  get done(): number {
    return this.outcomes.length - this.refused.length
  }

  async run(): Promise<void> {
    this.phase = 'running'
    await doWithEach(this.rows, (row) => this.act(row), {
      told: (outcome) => (this.outcomes = [...this.outcomes, outcome]),
      signal: this.stopped.signal,
      wait: waitFor,
    })
    this.phase = 'over'
  }

  stop(): void {
    this.stopped.abort()
  }

  private act(row: RosterRow): Promise<unknown> {
    const { task, workspaceId } = this
    switch (task.verb) {
      case 'resend':
        return api.resendInvitation(workspaceId, row.id)
      case 'cancel':
        return api.cancelInvitation(workspaceId, row.id)
      case 'remove':
        return api.removeMember(workspaceId, row.id)
      case 'role':
        return row.kind === 'member'
          ? api.changeMemberRole(workspaceId, row.id, task.role)
          : api.changeInvitationRole(workspaceId, row.id, task.role)
    }
  }
}
