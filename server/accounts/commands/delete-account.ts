import { endPayment } from '../../billing/end-payment.ts'
import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import type { ActingMember, LockedWorkspace } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { enter, timeNow, together, type Tx } from '../../core/tenant.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { closeInvitation } from '../../membership/close-invitation.ts'
import { endMembership } from '../../membership/end-membership.ts'
import { eraseWorkspace } from '../../membership/erase-workspace.ts'
import { settleSeats } from '../../membership/seats.ts'
import { endSessions } from '../end-sessions.ts'
import { lockedUser, requireSamePassword, type AsUser } from '../open-user.ts'

type Input = { userId: string; currentHash: string }
/** A workspace that the person is in, or waits to be let into by an invitation. */
type Place = { workspaceId: string; accountId: string; invitationId: string | null }
type Opened = AsUser & { accountId: string; places: readonly Place[] }

/**
 * Deletes somebody for good: their account with the workspaces where nobody else is, their memberships everywhere, their
 * sessions. What they wrote stays with the workspaces that it is of, by the name they had last.
 */
export const deleteAccount: Command<Input, Opened, void> = {
  async open(tx, { userId }) {
    // whoever is locked joins nowhere, so this is all there is of them
    const [, [user], [account], places] = await together(
      enter(tx, { user: userId }),
      lockedUser(tx, userId),
      tx<{ id: string }[]>`select id from accounts where owner_id = ${userId}`,
      placesOf(tx, userId),
    )
    if (!user || !account) throw new Refusal('unauthenticated', 'Sign in to continue.')
    await lockPlaces(tx, places)
    const [now] = await timeNow(tx)
    return { user, accountId: account.id, places, ...now }
  },
  async run(unit, { currentHash }) {
    requireSamePassword(unit, currentHash)
    await requireNobodyElse(unit)
    for (const { invitationId, ...place } of unit.places) {
      if (invitationId !== null) await stopWaiting(unit, place, invitationId)
      else await leave(unit, place)
    }
    await erase(unit)
  },
}

function placesOf(tx: Tx, userId: string) {
  return tx<Place[]>`
    select workspace_id, account_id, null::uuid as invitation_id from members where user_id = ${userId}
    union all
    select workspace_id, account_id, id from invitations where asked_by = ${userId} and status = 'pending'`
}

/** Accounts first, one's own among them, then workspaces, each in the order of their ids, as everywhere. */
async function lockPlaces(tx: Tx, places: readonly Place[]): Promise<void> {
  const accounts = new Map(places.map(({ accountId, workspaceId }) => [accountId, workspaceId]))
  for (const [accountId, workspaceId] of [...accounts].sort()) {
    await together(
      enter(tx, { workspace: workspaceId }),
      tx`select id from accounts where id = ${accountId} for no key update`,
    )
  }
  for (const workspaceId of [...new Set(places.map((place) => place.workspaceId))].sort()) {
    await together(
      enter(tx, { workspace: workspaceId }),
      tx`select id from workspaces where id = ${workspaceId} for no key update`,
    )
  }
}

type Owned = { name: string; shared: boolean; busy: boolean }

/** Others keep their workspaces, and agents do not go unasked: whoever owns them decides first. */
async function requireNobodyElse({ tx, places, accountId }: Unit & Opened): Promise<void> {
  const owned: Owned[] = []
  for (const { workspaceId } of places.filter((place) => place.accountId === accountId)) {
    const [, rows] = await together(enter(tx, { workspace: workspaceId }), whatHolds(tx, workspaceId))
    owned.push(...rows)
  }
  const shared = owned.filter((workspace) => workspace.shared)
  if (shared.length > 0) {
    const detail = `Others are members of ${inWords(shared)}. Remove them, or delete the workspace, before you delete your account.`
    throw new Refusal('owns_workspaces', detail)
  }
  const busy = owned.filter((workspace) => workspace.busy)
  if (busy.length > 0) {
    throw new Refusal('workspace_has_agents', `Delete the agents of ${inWords(busy)} before you delete your account.`)
  }
}

function whatHolds(tx: Tx, workspaceId: string) {
  return tx<Owned[]>`
    select
      w.name,
      exists (select from members m where m.workspace_id = w.id and m.role <> 'owner') as shared,
      exists (select from agents a where a.workspace_id = w.id) as busy
    from workspaces w
    where w.id = ${workspaceId}`
}

function inWords(workspaces: readonly { name: string }[]): string {
  const names = workspaces.slice(0, 5).map(({ name }) => `“${name}”`)
  if (workspaces.length > names.length) names.push(`${workspaces.length - names.length} more`)
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

async function stopWaiting(unit: Unit, { workspaceId, accountId }: Omit<Place, 'invitationId'>, id: string) {
  const workspace = await read(unit.tx, workspaceId)
  await closeInvitation(unit, workspace, id, 'declined')
  unit.draft.append('workspace', workspaceId, 'invitation.declined', { invitationId: id })
  await settleSeats(unit, accountId)
}

async function leave(unit: Unit & Opened, { workspaceId }: Omit<Place, 'invitationId'>): Promise<void> {
  const { tx, user } = unit
  const workspace = await read(tx, workspaceId)
  const [actor] = await tx<ActingMember[]>`
    select id, user_id, role, display_name from members where workspace_id = ${workspaceId} and user_id = ${user.id}`
  if (!actor) return
  if (actor.role === 'owner') await eraseWorkspace({ ...unit, workspace, actor })
  else await endMembership({ ...unit, workspace, actor }, actor, 'left')
}

async function read(tx: Tx, workspaceId: string): Promise<LockedWorkspace> {
  const [, [workspace]] = await together(
    enter(tx, { workspace: workspaceId }),
    tx<LockedWorkspace[]>`
      select id, account_id, name, handle, is_default, created_at from workspaces where id = ${workspaceId}`,
  )
  if (!workspace) throw new Error('A workspace that was locked is gone.')
  return workspace
}

async function erase(unit: Unit & Opened): Promise<void> {
  const { tx, draft, user, accountId } = unit
  await endSessions(unit, user.id)
  await endPayment(unit, accountId)
  await tx`delete from accounts where id = ${accountId}`
  await tx`delete from users where id = ${user.id}`
  draft.append('user', user.id, 'user.deleted', {}, { revokes: { everyone: true } })
  draft.end('user', user.id)
  draft.end('account', accountId)
  const payload = { to: user.email, template: 'account-deleted', data: { id: newId(), name: user.name } } as const
  draft.send(enqueue(tx, { task: 'send-email', payload }))
}
