import type { AssignableRole } from '#shared/roles.ts'
import { newId } from '../core/ids.ts'
import type { Unit } from '../core/run-command.ts'
import { withdraw } from '../jobs/enqueue.ts'
import type { LockedWorkspace } from '../core/opening.ts'

/** A pending invitation that holds a seat, and the person who asked to join by it. */
export type Joining = {
  invitationId: string
  workspace: LockedWorkspace
  role: AssignableRole
  userId: string
  name: string
  email: string
}

/** Turns a held seat into a membership, and tells the workspace and the person. Answers the member's id. */
export function joinWorkspace(unit: Unit, joining: Joining): string {
  const { tx, at, draft } = unit
  const { invitationId, workspace, role, userId, name, email } = joining
  const { id: workspaceId, accountId } = workspace
  const id = newId()
  draft.send(tx`
    insert into members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
    values (${id}, ${workspaceId}, ${accountId}, ${userId}, ${role}, ${name}, ${at})`)
  draft.send(tx`
    update invitations
    set status = 'accepted', holds_seat = false, token_hash = null, asked_by = null, asked_at = null
    where workspace_id = ${workspaceId} and id = ${invitationId} and status = 'pending'`)
  draft.send(withdraw(tx, expiryKey(invitationId)))
  const actor = { memberId: id, displayName: name }
  const member = { id, userId, email, displayName: name, avatarUrl: null, role, joinedAt: at }
  draft.append('workspace', workspaceId, 'invitation.accepted', { invitationId, memberId: id }, { actor })
  draft.append('workspace', workspaceId, 'member.joined', { member }, { actor })
  draft.append('user', userId, 'workspace.added', { workspace: { ...workspace, role, memberId: id } })
  draft.append('user', userId, 'invitation.closed', {
    invitationId,
    workspaceName: workspace.name,
    outcome: 'accepted',
  })
  return id
}

/** The key of the job that expires an invitation. */
export function expiryKey(invitationId: string): string {
  return `expire:${invitationId}`
}
