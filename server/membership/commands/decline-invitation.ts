import { Refusal } from '../../core/errors.ts'
import type { Command } from '../../core/run-command.ts'
import { closeInvitation } from '../close-invitation.ts'
import { openByToken, requireAddressee, type ByToken, type TokenInput } from '../open-by-token.ts'
import { keepUnwanted } from '../unwanted.ts'
import { settleSeats } from '../seats.ts'

/** `forGood`: whoever owns the workspace cannot invite this address again, here or elsewhere. */
type Input = TokenInput & { forGood?: boolean | undefined }

/** The link proves the mailbox, so no account is needed; somebody signed in as another person is refused. */
export const declineInvitation: Command<Input, ByToken, void> = {
  open: openByToken,
  async run(unit, { forGood }) {
    const { draft, invitation, workspace, user } = unit
    if (user) requireAddressee(user, invitation.email)
    if (invitation.expiresAt <= unit.at) {
      throw new Refusal('invitation_expired', 'This invitation has expired, so there is nothing to decline.')
    }
    if (forGood) keepUnwanted(unit, workspace.accountId, invitation.email)
    await closeInvitation(unit, workspace, invitation.id, 'declined')
    draft.append('workspace', workspace.id, 'invitation.declined', { invitationId: invitation.id })
    await settleSeats(unit, workspace.accountId)
  },
}
