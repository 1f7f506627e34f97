import { openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { endMembership } from '../end-membership.ts'

export const leaveWorkspace: Command<WorkspaceInput, InWorkspace, void> = {
  open: openWithSeats,
  async run(unit) {
    requireRight(unit.actor, 'workspace.leave')
    await endMembership(unit, unit.actor, 'left')
  },
}
