import { notFound, Refusal } from '../../core/errors.ts'
import { may } from '#shared/policy.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { invitationWith } from '../rows.ts'
import { workspaceFor } from './roster.ts'

type Asked = { userId: string; workspaceId: string; invitationId: string }

/** The stored address that a resend will go to, for somebody who may resend: limits are counted by it. */
export async function readInvitationEmail(sql: Sql, { userId, workspaceId, invitationId }: Asked): Promise<string> {
  const [[workspace], [row]] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    invitationWith(tx, workspaceId, invitationId),
  ])
  if (!workspace) throw notFound()
  if (!may(workspace.role, 'invitation.resend')) {
    throw new Refusal('forbidden', 'Your role in this workspace does not allow this.')
  }
  if (!row) throw notFound()
  return row.email
}
