import { notFound } from '../core/errors.ts'
import type { Unit } from '../core/run-command.ts'
import { withdraw } from '../jobs/enqueue.ts'
import { expiryKey } from './join-workspace.ts'

/**
 * Ends an open invitation: its link, its place in the line, its job, and the wait of whoever asked to join by it.
 * Throws `not_found` where an acceptance or another end came first.
 */
export async function closeInvitation(
  { tx, draft }: Unit,
  workspace: { id: string; name: string },
  invitationId: string,
  outcome: 'cancelled' | 'declined',
): Promise<void> {
  const [closed] = await tx<{ askedBy: string | null }[]>`
    with closing as (
      select id, asked_by
      from invitations
      where workspace_id = ${workspace.id} and id = ${invitationId} and status in ('pending', 'expired')
      for update
    )
    update invitations i
    set status = ${outcome}, token_hash = null, holds_seat = false, asked_by = null, asked_at = null
    from closing
    where i.workspace_id = ${workspace.id} and i.id = closing.id
    returning closing.asked_by`
  if (!closed) throw notFound()
  draft.send(withdraw(tx, expiryKey(invitationId)))
  if (closed.askedBy) {
    draft.append('user', closed.askedBy, 'invitation.closed', { invitationId, workspaceName: workspace.name, outcome })
  }
}
