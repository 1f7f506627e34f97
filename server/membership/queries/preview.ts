import type { PreviewAnswer } from '#shared/protocol/requests.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { invitationNotFound } from '../open-by-token.ts'
import { hashOf } from '../../secrets/tokens.ts'

type Found = { workspaceId: string }
type Row = {
  name: string
  handle: string
  role: AssignableRole
  email: string
  invitedByName: string
  expired: boolean
  holdsSeat: boolean
  accountExists: boolean
}

/** What the holder of a link may know before deciding; looking changes nothing. */
export async function previewInvitation(sql: Sql, token: string): Promise<PreviewAnswer> {
  const hash = hashOf(token)
  const [[found]] = await readWithin(sql, { tokenHash: hash.toString('hex') }, (tx) => [
    tx<Found[]>`select workspace_id from invitations where token_hash = ${hash}`,
  ])
  if (!found) throw invitationNotFound()
  const [[row]] = await readWithin(sql, { workspace: found.workspaceId }, (tx) => [
    tx<Row[]>`
      select w.name, w.handle, i.role, i.email, i.invited_by_name, i.holds_seat,
        i.status = 'expired' or i.expires_at <= clock_timestamp() as expired,
        exists (select from users u where u.email = i.email) as account_exists
      from invitations i join workspaces w on w.id = i.workspace_id
      where i.workspace_id = ${found.workspaceId} and i.token_hash = ${hash}`,
  ])
  if (!row) throw invitationNotFound()
  return {
    workspace: { name: row.name, handle: row.handle },
    role: row.role,
    email: row.email,
    invitedBy: { displayName: row.invitedByName },
    status: row.expired ? 'expired' : 'pending',
    seat: row.holdsSeat ? 'held' : 'waiting',
    accountExists: row.accountExists,
  }
}
