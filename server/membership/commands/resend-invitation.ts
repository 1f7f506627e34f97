import type { Invitation } from '#shared/protocol/resources.ts'
import { notFound } from '../../core/errors.ts'
import { actorOf, openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import type { SealToken } from '../../secrets/seal.ts'
import { reEnqueueInvitation } from '../invitation-emails.ts'
import { findInvitation, invitationOf, type InvitationRow } from '../rows.ts'
import { settleSeats } from '../seats.ts'
import { tellWaiting } from '../tell-waiting.ts'
import { requireWanted } from '../unwanted.ts'
import { newToken } from '../../secrets/tokens.ts'
import { validityInDays } from './send-invitations.ts'

type Input = WorkspaceInput & { invitationId: string; seal: SealToken }

/** A fresh link and fresh days; the old link is dead. An expired invitation goes to the end of the line for seats. */
export const resendInvitation: Command<Input, InWorkspace, Invitation> = {
  open: openWithSeats,
  async run(unit, { invitationId, seal }) {
    requireRight(unit.actor, 'invitation.resend')
    const { draft, workspace, actor } = unit
    // Whatever is due expires first, so that an invitation past its days loses its place even if its job is late.
    await settleSeats(unit, workspace.accountId)
    const row = await findInvitation(unit.tx, workspace.id, invitationId)
    if (!row) throw notFound()
    await requireWanted(unit, workspace.accountId, row.email)
    await renew(unit, row, seal)
    await settleSeats(unit, workspace.accountId, { fresh: [row.id] })
    const fresh = await findInvitation(unit.tx, workspace.id, row.id)
    if (!fresh) throw new Error('An invitation that was just resent is missing.')
    const invitation = invitationOf(fresh)
    draft.append('workspace', workspace.id, 'invitation.resent', { invitation }, { actor: actorOf(actor) })
    await tellWaiting(unit, workspace.id, row.id)
    return invitation
  },
}

async function renew(unit: Unit & InWorkspace, row: InvitationRow, seal: SealToken): Promise<void> {
  const { tx, at, workspace, actor } = unit
  const { token, hash } = newToken()
  const place =
    row.status === 'pending' ? tx`line` : tx`(select line_end from accounts where id = ${workspace.accountId})`
  if (row.status === 'expired') await tx`update accounts set line_end = line_end + 1 where id = ${workspace.accountId}`
  const [renewed] = await tx<{ expiresAt: string }[]>`
    update invitations
    set
      status = 'pending', token_hash = ${hash}, line = ${place}, sent_at = ${at},
      expires_at = ${at}::timestamptz + make_interval(days => ${validityInDays})
    where workspace_id = ${workspace.id} and id = ${row.id} and status in ('pending', 'expired')
    returning expires_at`
  if (!renewed) throw notFound()
  reEnqueueInvitation(unit, {
    invitationId: row.id,
    accountId: workspace.accountId,
    workspaceName: workspace.name,
    inviterName: actor.displayName,
    email: row.email,
    role: row.role,
    sealedToken: seal(token),
    expiresAt: renewed.expiresAt,
  })
}
