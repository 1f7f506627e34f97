import type { Invitation } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { notFound, Refusal } from '../../core/errors.ts'
import { actorOf, openWorkspace, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { findInvitation, invitationOf } from '../rows.ts'

type Input = WorkspaceInput & { invitationId: string; role: AssignableRole }

/** What the invited person will get on acceptance. */
export const changeInvitationRole: Command<Input, InWorkspace, Invitation> = {
  open: openWorkspace,
  async run({ tx, at, draft, workspace, actor }, { invitationId, role }) {
    requireRight(actor, 'invitation.change_role')
    const row = await findInvitation(tx, workspace.id, invitationId)
    if (!row) throw notFound()
    if (row.role === role) return invitationOf(row)
    // Without the account's lock, so an acceptance may come first: then the statement finds nothing pending.
    const changed = await tx`
      update invitations
      set role = ${role}
      where workspace_id = ${workspace.id} and id = ${invitationId} and status = 'pending' and expires_at > ${at}
      returning id`
    if (changed.length === 0) {
      throw new Refusal('invitation_not_pending', 'This invitation is no longer pending. Resend it first.')
    }
    draft.append(
      'workspace',
      workspace.id,
      'invitation.role_changed',
      { invitationId, role },
      { actor: actorOf(actor) },
    )
    return invitationOf({ ...row, role })
  },
}
