import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { enter, timeNow, together, type Tx } from '../../core/tenant.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { emailTaken } from '../email-taken.ts'
import { linkNotFound, workingLink, type Link } from '../links.ts'
import { lockedUser, type AsUser, type LockedUser } from '../open-user.ts'
import { pendingEmailOf, tellUser } from '../tell-user.ts'

type Membership = { workspaceId: string; memberId: string }
type Opened = AsUser & { link: Link; memberships: readonly Membership[] }

/** By the link that was sent there: one's address is verified, or becomes the other one that was asked for. */
export const confirmEmail: Command<{ token: string }, Opened, void> = {
  async open(tx, { token }) {
    const [before] = await workingLink(tx, token, ['verify', 'change_email'])
    if (!before) throw linkNotFound()
    const [, [user], memberships, [link], [now]] = await together(
      enter(tx, { user: before.userId }),
      lockedUser(tx, before.userId),
      keptMemberships(tx, before.userId),
      // once more behind the person's lock: it may have been used or replaced meanwhile
      workingLink(tx, token, [before.kind]),
      timeNow(tx),
    )
    if (!user || !link) throw linkNotFound()
    return { user, link, memberships, ...now }
  },
  async run(unit) {
    const { tx, draft, user, link, at } = unit
    if (link.kind === 'change_email') return changeEmail(unit, link.email)
    if (link.email !== user.email) throw linkNotFound()
    draft.send(tx`update users set email_verified_at = coalesce(email_verified_at, ${at}) where id = ${user.id}`)
    draft.send(tx`delete from account_links where user_id = ${user.id} and kind = 'verify'`)
    const [pending] = await pendingEmailOf(tx, user.id)
    tellUser(unit, { ...user, emailVerified: true }, pending?.email ?? null)
  },
}

/**
 * In the workspaces whose panels show the address, which are kept from losing the member or going themselves. Read behind
 * the person's lock: whoever is locked joins nowhere (`open-by-token.ts`, `seats.ts`).
 */
function keptMemberships(tx: Tx, userId: string) {
  return tx<Membership[]>`
    with kept as materialized (
      select w.id
      from workspaces w
      where w.id in (select m.workspace_id from members m where m.user_id = ${userId})
      order by w.id
      for share
    )
    select m.workspace_id, m.id as member_id
    from kept join members m on m.workspace_id = kept.id and m.user_id = ${userId}`
}

async function changeEmail(unit: Unit & Opened, email: string): Promise<void> {
  const { tx, draft, user, memberships, at } = unit
  await requireNotWaiting(tx, user)
  const [taken] = await tx`select id from users where email = ${email}`
  if (taken) throw emailTaken()
  draft.send(tx`update users set email = ${email}, email_verified_at = ${at} where id = ${user.id}`)
  // those to the former address, too
  draft.send(tx`delete from account_links where user_id = ${user.id}`)
  for (const { workspaceId, memberId } of memberships) {
    draft.append('workspace', workspaceId, 'member.email_changed', { memberId, email })
  }
  tellUser(unit, { ...user, email, emailVerified: true }, null)
  const payload = { to: user.email, template: 'email-changed', data: { id: newId(), name: user.name, email } } as const
  draft.send(enqueue(tx, { task: 'send-email', payload }))
}

/** A seat is waited for by an invitation to the former address, which would let nobody else in. */
async function requireNotWaiting(tx: Tx, { id }: LockedUser): Promise<void> {
  const [waiting] = await tx<{ name: string }[]>`
    select w.name
    from invitations i join workspaces w on w.id = i.workspace_id
    where i.asked_by = ${id} and i.status = 'pending'
    limit 1`
  if (!waiting) return
  const detail = `You are waiting for a seat in ${waiting.name} by an invitation to your present address. Change it once you are in.`
  throw new Refusal('waiting_for_seat', detail)
}
