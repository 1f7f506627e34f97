import { Refusal } from '../../core/errors.ts'
import { tellUser } from '../../accounts/tell-user.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import {
  openByToken,
  requireAddressee,
  requireUnexpired,
  type ByToken,
  type KnownUser,
  type TokenInput,
  type TokenUser,
} from '../open-by-token.ts'
import { settleSeats } from '../seats.ts'

export type Acceptance = { outcome: 'accepted' | 'waiting'; workspaceId: string }

/** Joins by the link. With no seat free the invitation stays, remembers who asked, and joins them when one is. */
export const acceptInvitation: Command<TokenInput, ByToken, Acceptance> = {
  open: openByToken,
  async run(unit) {
    const { invitation, user } = unit
    if (!user) throw new Refusal('unauthenticated', 'Sign in to accept this invitation.')
    requireAddressee(user, invitation.email)
    requireUnexpired(invitation, unit.at)
    if (!user.emailVerified) verified(unit, user)
    return askToJoin(unit, unit, user)
  },
}

/** The link proved the mailbox. */
function verified(unit: Unit, { pendingEmail, ...user }: KnownUser): void {
  unit.draft.send(unit.tx`update users set email_verified_at = ${unit.at} where id = ${user.id}`)
  tellUser(unit, { ...user, emailVerified: true }, pendingEmail)
}

/** Asks for the invitation's seat and settles the line, which joins whoever asked and holds one. */
export async function askToJoin(unit: Unit, { workspace, invitation }: ByToken, user: TokenUser): Promise<Acceptance> {
  const { tx, at, draft } = unit
  const first = invitation.askedBy === null
  if (first) {
    draft.send(tx`
      update invitations
      set asked_by = ${user.id}, asked_at = ${at}
      where workspace_id = ${workspace.id} and id = ${invitation.id} and status = 'pending'`)
  }
  const { joined } = await settleSeats(unit, workspace.accountId)
  if (joined.has(invitation.id)) return { outcome: 'accepted', workspaceId: workspace.id }
  if (first) {
    const { id, role, expiresAt } = invitation
    const waiting = { invitationId: id, workspaceName: workspace.name, role, askedAt: at, expiresAt }
    draft.append('workspace', workspace.id, 'invitation.waiting', { invitationId: id, askedAt: at })
    draft.append('user', user.id, 'invitation.waiting', { invitation: waiting })
  }
  return { outcome: 'waiting', workspaceId: workspace.id }
}
