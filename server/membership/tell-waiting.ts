import type { WaitingInvitation } from '#shared/protocol/resources.ts'
import type { Unit } from '../core/run-command.ts'

type Row = WaitingInvitation & { askedBy: string }

/**
 * Tells those who wait for a seat in a workspace what they wait for now, after its name or their invitation changed:
 * they are no members, so its own stream does not reach them. Under the account's lock, so that nobody comes in between.
 */
export async function tellWaiting({ tx, draft }: Unit, workspaceId: string, invitationId?: string): Promise<void> {
  const rows = await tx<Row[]>`
    select i.id as invitation_id, w.name as workspace_name, i.role, i.asked_at, i.expires_at, i.asked_by
    from invitations i join workspaces w on w.id = i.workspace_id
    where i.workspace_id = ${workspaceId} and i.status = 'pending' and i.asked_by is not null
      and (${invitationId ?? null}::uuid is null or i.id = ${invitationId ?? null})
    order by i.line`
  for (const { askedBy, ...invitation } of rows) draft.append('user', askedBy, 'invitation.waiting', { invitation })
}
