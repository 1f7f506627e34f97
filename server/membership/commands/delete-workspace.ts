import { Refusal } from '../../core/errors.ts'
import { actorOf, openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { withdraw } from '../../jobs/enqueue.ts'
import { expiryKey } from '../join-workspace.ts'
import { settleSeats } from '../seats.ts'

/** Removes everything of the workspace for good, its own log with it, and frees its seats. */
export const deleteWorkspace: Command<WorkspaceInput, InWorkspace, void> = {
  open: openWithSeats,
  async run(unit) {
    requireRight(unit.actor, 'workspace.delete')
    const { tx, draft, workspace, actor } = unit
    if (workspace.isDefault) {
      throw new Refusal('default_workspace', 'Your default workspace cannot be deleted.')
    }
    const [agent] = await tx`select id from agents where workspace_id = ${workspace.id} limit 1`
    if (agent) throw new Refusal('workspace_has_agents', 'Delete the agents of this workspace first.')
    const members = await tx<{ userId: string }[]>`select user_id from members where workspace_id = ${workspace.id}`
    await closeInvitations(unit)
    await tx`delete from workspaces where id = ${workspace.id}`
    const more = { actor: actorOf(actor), revokes: { everyone: true as const } }
    draft.append('workspace', workspace.id, 'workspace.deleted', {}, more)
    draft.end('workspace', workspace.id)
    const { id: workspaceId, name } = workspace
    for (const { userId } of members) {
      draft.append('user', userId, 'workspace.removed', { workspaceId, name, reason: 'deleted' })
    }
    const leavers = members.map(({ userId }) => userId).filter((userId) => userId !== actor.userId)
    await settleSeats(unit, workspace.accountId, { leavers })
  },
}

async function closeInvitations({ tx, draft, workspace }: Unit & InWorkspace): Promise<void> {
  const open = await tx<{ id: string; askedBy: string | null }[]>`
    select id, asked_by from invitations where workspace_id = ${workspace.id} and status = 'pending'`
  draft.send(withdraw(tx, ...open.map(({ id }) => expiryKey(id))))
  for (const { id, askedBy } of open) {
    if (!askedBy) continue
    draft.append('user', askedBy, 'invitation.closed', {
      invitationId: id,
      workspaceName: workspace.name,
      outcome: 'deleted',
    })
  }
}
