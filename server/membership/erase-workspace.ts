import { actorOf, type InWorkspace } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'
import { withdraw } from '../jobs/enqueue.ts'
import { expiryKey } from './join-workspace.ts'

/**
 * Removes a locked workspace with everything in it and its own log, and tells whoever was in it or waited for it. Answers
 * its members, by their users.
 */
export async function eraseWorkspace(unit: Unit & InWorkspace): Promise<string[]> {
  const { tx, draft, workspace, actor } = unit
  const { id: workspaceId, name } = workspace
  const members = await tx<{ userId: string }[]>`select user_id from members where workspace_id = ${workspaceId}`
  await closeInvitations(unit)
  await tx`delete from workspaces where id = ${workspaceId}`
  const more = { actor: actorOf(actor), revokes: { everyone: true as const } }
  draft.append('workspace', workspaceId, 'workspace.deleted', {}, more)
  draft.end('workspace', workspaceId)
  for (const { userId } of members) {
    draft.append('user', userId, 'workspace.removed', { workspaceId, name, reason: 'deleted' })
  }
  return members.map(({ userId }) => userId)
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
