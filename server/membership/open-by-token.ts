import type { User } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { Refusal } from '../core/errors.ts'
import type { LockedWorkspace } from '../core/opening.ts'
import { enter, together, type Tx } from '../core/tenant.ts'
import { hashOf } from '../secrets/tokens.ts'

export type TokenInput = { token: string; userId: string | null }
export type TokenUser = { id: string; name: string; email: string }
export type KnownUser = User & { pendingEmail: string | null }
export type ByToken = {
  invitation: {
    id: string
    email: string
    role: AssignableRole
    holdsSeat: boolean
    askedBy: string | null
    expiresAt: string
  }
  workspace: LockedWorkspace
  user: KnownUser | undefined
}

/** Unknown, used, replaced and cancelled links are all alike. */
export function invitationNotFound(): Refusal {
  return new Refusal('invitation_not_found', 'This invitation link does not work (any more). Ask for a new one.')
}

/**
 * Opens a command for the holder of an invitation link. The workspace comes from the invitation, never from the request.
 * The token is looked up before the locks, to know what to lock, and again after them, since it may be dead by then.
 */
export async function openByToken(tx: Tx, { token, userId }: TokenInput): Promise<ByToken & { at: string }> {
  const hash = hashOf(token)
  const [, [found]] = await together(
    enter(tx, { tokenHash: hash.toString('hex') }),
    tx<{ workspaceId: string; accountId: string }[]>`
      select workspace_id, account_id from invitations where token_hash = ${hash}`,
  )
  if (!found) throw invitationNotFound()
  const { workspaceId, accountId } = found
  const [, , [workspace], [invitation], [user]] = await together(
    enter(tx, { workspace: workspaceId, tokenHash: '' }),
    tx`select id from accounts where id = ${accountId} for no key update`,
    tx<LockedWorkspace[]>`
      select id, account_id, name, handle, is_default, created_at
      from workspaces
      where id = ${workspaceId}
      for no key update`,
    tx<(ByToken['invitation'] & { at: string })[]>`
      select id, email, role, holds_seat, asked_by, expires_at, date_trunc('milliseconds', clock_timestamp()) as at
      from invitations
      where workspace_id = ${workspaceId} and token_hash = ${hash} and status in ('pending', 'expired')
      for update`,
    // whoever joins does so as who they are: their address does not change meanwhile, nor do they go
    tx<KnownUser[]>`
      select
        u.id, u.name, u.email, u.email_verified_at is not null as email_verified,
        (select l.email from account_links l where l.user_id = u.id and l.kind = 'change_email') as pending_email
      from users u
      where u.id = ${userId}
      for no key update of u`,
  )
  if (!workspace || !invitation) throw invitationNotFound()
  const { at, ...rest } = invitation
  return { workspace, invitation: rest, user, at }
}

export function requireAddressee(user: TokenUser, email: string): void {
  if (user.email !== email) {
    throw new Refusal('wrong_account', 'This invitation is for another address. Switch to that account to use it.')
  }
}

export function requireUnexpired(invitation: { expiresAt: string }, at: string): void {
  if (invitation.expiresAt <= at) {
    throw new Refusal('invitation_expired', 'This invitation has expired. Ask for it to be sent again.')
  }
}
