import type { InviteResult } from '#shared/protocol/requests.ts'
import type { Invitation } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { emailSchema } from '#shared/text.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { together, type Tx } from '../../core/tenant.ts'
import { withdraw } from '../../jobs/enqueue.ts'
import { enqueueInvitation, type SealToken } from '../invitation-emails.ts'
import { expiryKey } from '../join-workspace.ts'
import { findInvitation, invitationOf } from '../rows.ts'
import { settleSeats } from '../seats.ts'
import { newToken } from '../tokens.ts'

export const validityInDays = 7

type Input = WorkspaceInput & { invitations: { email: string; role: AssignableRole }[]; seal: SealToken }
type Working = Unit & InWorkspace

/** Invites each address on its own merits: one that cannot be invited gets an error, the others are sent. */
export const sendInvitations: Command<Input, InWorkspace, InviteResult[]> = {
  open: openWithSeats,
  async run(unit, { invitations, seal }) {
    requireRight(unit.actor, 'invitation.send')
    const taken = await takenAddresses(unit.tx, unit.workspace.id, invitations)
    const sending: { result: InviteResult; id: string }[] = []
    const results: InviteResult[] = []
    for (const { email: written, role } of invitations) {
      const parsed = emailSchema.safeParse(written)
      const result: InviteResult = { email: parsed.success ? parsed.data : written }
      results.push(result)
      const refusal = parsed.success ? refusalOf(taken.get(parsed.data)) : malformed
      if (refusal) {
        result.error = refusal
        continue
      }
      const id = await sendOne(unit, result.email, role, seal)
      taken.set(result.email, 'pending')
      sending.push({ result, id })
    }
    await settleAndComplete(unit, sending)
    return results
  },
}

const malformed = { code: 'invalid_input', detail: 'Enter an email address like ada@example.com.' } as const

type Taken = 'member' | 'pending'

function refusalOf(taken: Taken | undefined): InviteResult['error'] {
  if (taken === 'member') return { code: 'already_member', detail: 'This person is already a member of the workspace.' }
  if (taken === 'pending') return { code: 'already_invited', detail: 'This address already has an open invitation.' }
  return undefined
}

/** Who is a member or invited already. Read under the account's lock, which every invitation takes. */
async function takenAddresses(tx: Tx, workspaceId: string, wanted: { email: string }[]): Promise<Map<string, Taken>> {
  const emails = wanted.map(({ email }) => email.trim().toLowerCase())
  const rows = await tx<{ email: string; taken: Taken }[]>`
    select u.email, 'member' as taken
    from members m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and u.email = any(${emails})
    union all
    select i.email, 'pending'
    from invitations i
    where i.workspace_id = ${workspaceId} and i.email = any(${emails}) and i.status = 'pending'`
  return new Map(rows.map((row) => [row.email, row.taken]))
}

async function sendOne(unit: Working, email: string, role: AssignableRole, seal: SealToken): Promise<string> {
  const { tx, at, workspace, actor } = unit
  const id = newId()
  const { token, hash } = newToken()
  const [expired, [inserted]] = await together(
    supersede(tx, workspace.id, email),
    tx<{ expiresAt: string }[]>`
      with place as (
        update accounts set line_end = line_end + 1 where id = ${workspace.accountId} returning line_end
      )
      insert into invitations
        (id, workspace_id, account_id, email, role, status, token_hash, line, invited_by, invited_by_name, sent_at, expires_at)
      select
        ${id}, ${workspace.id}, ${workspace.accountId}, ${email}, ${role}, 'pending', ${hash}, line_end,
        ${actor.id}, ${actor.displayName}, ${at}, ${at}::timestamptz + make_interval(days => ${validityInDays})
      from place
      returning expires_at`,
  )
  for (const row of expired) {
    unit.draft.append(
      'workspace',
      workspace.id,
      'invitation.cancelled',
      { invitationId: row.id },
      { actor: actorOf(actor) },
    )
    await withdraw(tx, expiryKey(row.id))
  }
  if (!inserted) throw new Error('The account of a workspace has no row.')
  await enqueueInvitation(unit, {
    invitationId: id,
    accountId: workspace.accountId,
    workspaceName: workspace.name,
    inviterName: actor.displayName,
    email,
    role,
    sealedToken: seal(token),
    expiresAt: inserted.expiresAt,
  })
  return id
}

/** An expired invitation of the same address gives way to the new one: one open invitation for each. */
function supersede(tx: Tx, workspaceId: string, email: string) {
  return tx<{ id: string }[]>`
    update invitations
    set status = 'cancelled', token_hash = null
    where workspace_id = ${workspaceId} and email = ${email} and status = 'expired'
    returning id`
}

/** The rows know whether they hold a seat only once the line is settled, so their events come after it. */
async function settleAndComplete(unit: Working, sending: { result: InviteResult; id: string }[]): Promise<void> {
  if (sending.length === 0) return
  const { draft, workspace, actor } = unit
  const sent = sending.map(({ id }) => id)
  await settleSeats(unit, workspace.accountId, { fresh: sent })
  for (const { result, id } of sending) {
    const row = await findInvitation(unit.tx, workspace.id, id)
    if (!row) throw new Error('An invitation that was just sent is missing.')
    const invitation: Invitation = invitationOf(row)
    result.invitation = invitation
    draft.append('workspace', workspace.id, 'invitation.sent', { invitation }, { actor: actorOf(actor) })
  }
}
