import { Refusal } from '../../core/errors.ts'
import { openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { eraseWorkspace } from '../erase-workspace.ts'
import { settleSeats } from '../seats.ts'

/** Removes everything of the workspace for good, its own log with it, and frees its seats. */
export const deleteWorkspace: Command<WorkspaceInput, InWorkspace, void> = {
  open: openWithSeats,
  async run(unit) {
    requireRight(unit.actor, 'workspace.delete')
    const { tx, workspace, actor } = unit
    if (workspace.isDefault) {
      throw new Refusal('default_workspace', 'Your default workspace cannot be deleted.')
    }
    const [agent] = await tx`select id from agents where workspace_id = ${workspace.id} limit 1`
    if (agent) throw new Refusal('workspace_has_agents', 'Delete the agents of this workspace first.')
    const members = await eraseWorkspace(unit)
    const leavers = members.filter((userId) => userId !== actor.userId)
    await settleSeats(unit, workspace.accountId, { leavers })
  },
}
