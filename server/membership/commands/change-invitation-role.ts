import type { Invitation } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { notFound, Refusal } from '../../core/errors.ts'
import {
  actorOf,
  openWith,
  openWithSeats,
  requireRight,
  type InWorkspace,
  type WorkspaceInput,
} from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { invitationOf, invitationWith, type InvitationRow } from '../rows.ts'
import { tellWaiting } from '../tell-waiting.ts'

type Input = WorkspaceInput & { invitationId: string; role: AssignableRole }
type Opened = InWorkspace & { found: InvitationRow[] }

/** What the invited person will get on acceptance. */
export const changeInvitationRole: Command<Input, Opened, Invitation> = {
  open: (tx, input) => openWith(openWithSeats(tx, input), invitationWith(tx, input.workspaceId, input.invitationId)),
  async run(unit, { invitationId, role }) {
    const { tx, at, draft, workspace, actor } = unit
    requireRight(actor, 'invitation.change_role')
    const [row] = unit.found
    if (!row) throw notFound()
    if (row.role === role) return invitationOf(row)
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
    await tellWaiting(unit, workspace.id, invitationId)
    return invitationOf({ ...row, role })
  },
}
