import { actorOf, openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { closeInvitation } from '../close-invitation.ts'
import { settleSeats } from '../seats.ts'

type Input = WorkspaceInput & { invitationId: string }

/** The link is dead from this commit on, and the seat goes to whoever is next in the line. */
export const cancelInvitation: Command<Input, InWorkspace, void> = {
  open: openWithSeats,
  async run(unit, { invitationId }) {
    requireRight(unit.actor, 'invitation.cancel')
    const { draft, workspace, actor } = unit
    await closeInvitation(unit, workspace, invitationId, 'cancelled')
    draft.append('workspace', workspace.id, 'invitation.cancelled', { invitationId }, { actor: actorOf(actor) })
    await settleSeats(unit, workspace.accountId)
  },
}
