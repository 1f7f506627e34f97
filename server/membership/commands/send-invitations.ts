import type { InviteResult } from '#shared/protocol/requests.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { emailSchema } from '#shared/text.ts'
import { newId } from '../../core/ids.ts'
import {
  actorOf,
  openWith,
  openWithSeats,
  requireRight,
  type InWorkspace,
  type WorkspaceInput,
} from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import type { Tx } from '../../core/tenant.ts'
import { withdraw } from '../../jobs/enqueue.ts'
import type { SealToken } from '../../secrets/seal.ts'
import { enqueueInvitations } from '../invitation-emails.ts'
import { expiryKey } from '../join-workspace.ts'
import { invitationOf } from '../rows.ts'
import { settleSeats } from '../seats.ts'
import { unwanted } from '../unwanted.ts'
import { newToken } from '../../secrets/tokens.ts'

export const validityInDays = 7

/** Emails are somebody else's mailbox: `permit` throws where these addresses must not be written to now. */
type Input = WorkspaceInput & {
  invitations: { email: string; role: AssignableRole }[]
  seal: SealToken
  permit: (emails: string[]) => Promise<void>
}
type Working = Unit & InWorkspace
type Fresh = { id: string; email: string; role: AssignableRole; token: string; hash: string; result: InviteResult }

/** Invites each address on its own merits: one that cannot be invited gets an error, the others are sent. */
export const sendInvitations: Command<Input, InWorkspace & { found: Known[] }, InviteResult[]> = {
  open: (tx, input) => openWith(openWithSeats(tx, input), knownAddresses(tx, input)),
  async run(unit, { invitations, seal, permit }) {
    requireRight(unit.actor, 'invitation.send')
    // asked only for who may invite: what is refused anyway must not use up what others may
    await permit(invitations.map(({ email }) => email))
    const known = byEmail(unit.found)
    const fresh: Fresh[] = []
    const superseded: string[] = []
    const results = invitations.map(({ email: written, role }) => {
      const parsed = emailSchema.safeParse(written)
      const result: InviteResult = { email: parsed.success ? parsed.data : written }
      const found = known.get(result.email)
      const refusal = parsed.success ? refusalOf(found?.as) : malformed
      if (refusal) {
        result.error = refusal
        return result
      }
      if (found?.id) superseded.push(found.id)
      const { token, hash } = newToken()
      const id = newId()
      known.set(result.email, { email: result.email, as: 'pending', id })
      fresh.push({ id, email: result.email, role, token, hash: hash.toString('hex'), result })
      return result
    })
    if (fresh.length > 0) {
      if (superseded.length > 0) supersede(unit, superseded)
      await send(unit, fresh, seal)
    }
    return results
  },
}

const malformed = { code: 'invalid_input', detail: 'Enter an email address like ada@example.com.' } as const

type Known = { email: string; as: 'member' | 'unwanted' | 'pending' | 'expired'; id: string | null }

function refusalOf(found: Known['as'] | undefined): InviteResult['error'] {
  if (found === 'member') return { code: 'already_member', detail: 'This person is already a member of the workspace.' }
  if (found === 'unwanted') return unwanted
  if (found === 'pending') return { code: 'already_invited', detail: 'This address already has an open invitation.' }
  return undefined
}

/** Who is a member or was invited already. Read under the account's lock, which every invitation takes. */
function knownAddresses(tx: Tx, { workspaceId, invitations }: Input) {
  const emails = invitations.map(({ email }) => email.trim().toLowerCase())
  return tx<Known[]>`
    select u.email, 'member' as "as", m.id
    from members m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and u.email = any(${emails})
    union all
    select n.email, 'unwanted', null
    from unwanted_invitations n join workspaces w on w.account_id = n.account_id
    where w.id = ${workspaceId} and n.email = any(${emails})
    union all
    select i.email, i.status, i.id
    from invitations i
    where i.workspace_id = ${workspaceId} and i.email = any(${emails}) and i.status in ('pending', 'expired')`
}

/** A member's address comes first, then one that wants no more: an old invitation of theirs changes nothing. */
function byEmail(found: Known[]): Map<string, Known> {
  const weight = { member: 2, unwanted: 1, pending: 0, expired: 0 } as const
  return new Map([...found].sort((one, other) => weight[one.as] - weight[other.as]).map((one) => [one.email, one]))
}

/** An expired invitation of the same address gives way to the new one: one open invitation for each. */
function supersede({ tx, draft, workspace, actor }: Working, ids: string[]): void {
  draft.send(tx`
    update invitations
    set status = 'cancelled', token_hash = null
    where workspace_id = ${workspace.id} and id = any(${ids}::uuid[]) and status = 'expired'`)
  draft.send(withdraw(tx, ...ids.map(expiryKey)))
  for (const invitationId of ids) {
    draft.append('workspace', workspace.id, 'invitation.cancelled', { invitationId }, { actor: actorOf(actor) })
  }
}

/** However many: one statement for the rows, one for the jobs. Whether they hold a seat is known once the line is settled. */
async function send(unit: Working, fresh: Fresh[], seal: SealToken): Promise<void> {
  const { tx, draft, at, workspace, actor } = unit
  const expiresAt = new Date(Date.parse(at) + validityInDays * 86_400_000).toISOString()
  const rows = fresh.map(({ id, email, role, hash }, n) => ({ id, email, role, hash, before: fresh.length - 1 - n }))
  const inserted = tx<{ id: string; line: number }[]>`
    with line as (
      update accounts set line_end = line_end + ${fresh.length} where id = ${workspace.accountId} returning line_end
    )
    insert into invitations
      (id, workspace_id, account_id, email, role, status, token_hash, line, invited_by, invited_by_name, sent_at, expires_at)
    select
      fresh.id, ${workspace.id}, ${workspace.accountId}, fresh.email, fresh.role, 'pending', decode(fresh.hash, 'hex'),
      line_end - before, ${actor.id}, ${actor.displayName}, ${at}, ${expiresAt}
    from line, jsonb_to_recordset(${tx.json(rows)})
      as fresh (id uuid, email text, role text, hash text, before bigint)
    returning id, line`
  draft.send(inserted)
  const told = {
    accountId: workspace.accountId,
    workspaceName: workspace.name,
    inviterName: actor.displayName,
    expiresAt,
  }
  const jobs = fresh.map(({ id, email, role, token }) => {
    return { ...told, invitationId: id, email, role, sealedToken: seal(token) }
  })
  draft.send(enqueueInvitations(tx, jobs))
  const { granted } = await settleSeats(unit, workspace.accountId, { fresh: fresh.map(({ id }) => id) })
  const lines = new Map((await inserted).map(({ id, line }) => [id, line]))
  for (const { id, email, role, result } of fresh) {
    const invitation = invitationOf({
      id, email, role, status: 'pending', holdsSeat: granted.has(id), line: lines.get(id) ?? 0, sentAt: at, expiresAt, askedAt: null,
      workspaceId: workspace.id, invitedBy: actor.id, invitedByName: actor.displayName,
    }) // prettier-ignore
    result.invitation = invitation
    draft.append('workspace', workspace.id, 'invitation.sent', { invitation }, { actor: actorOf(actor) })
  }
}
