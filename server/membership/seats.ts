import { isDeepStrictEqual } from 'node:util'
import { includedSeats, seatsOf, type Plan, type Seats } from '#shared/plans.ts'
import type { LockedWorkspace } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'
import { enter, together, type Tx } from '../core/tenant.ts'
import { joinWorkspace, type Joining } from './join-workspace.ts'

/** `leavers`: users who lost a membership in this command. `fresh`: invitations whose own event will tell their seat. */
type Change = { leavers?: string[]; fresh?: string[] }
/** Who came in (invitation id → member id), and which invitations were given a seat. */
type Settled = { joined: Map<string, string>; granted: Set<string> }
type Counted = { plan: Plan; addonSeats: number; active: number; pending: number; announced: Seats }
type Expired = { id: string; workspaceId: string; askedBy: string | null; workspaceName: string }
type Asker = Omit<Joining, 'workspace'> & LockedWorkspace & { workspaceName: string }
type Moved = { id: string; workspaceId: string; holdsSeat: boolean }

/**
 * Brings an account's line for seats up to date; every command that can move a seat ends with it, under the account's
 * lock. Expires what is due, moves seats along the line, lets in whoever asked to join and now holds one, counts anew.
 */
export async function settleSeats(unit: Unit, accountId: string, change: Change = {}): Promise<Settled> {
  const { tx, at } = unit
  const { leavers = [], fresh = [] } = change
  const [, expired, moved, joining, [counted]] = await together(
    enter(tx, { account: accountId }),
    expireDue(tx, accountId, at),
    moveSeats(tx, accountId),
    askersHoldingSeats(tx, accountId),
    count(tx, accountId),
  )
  announceExpired(unit, expired)
  announceMoved(
    unit,
    moved.filter(({ id }) => !fresh.includes(id)),
  )
  if (!counted) throw new Error('The account of a workspace has no row.')
  const joined = new Map(joining.map((one) => [one.invitationId, joinWorkspace(unit, joiningOf(one))]))
  const [active, pending] = [counted.active + joined.size, counted.pending - joined.size]
  await announceSeats(unit, accountId, { ...counted, active, pending }, leavers)
  return { joined, granted: new Set(moved.filter(({ holdsSeat }) => holdsSeat).map(({ id }) => id)) }
}

function expireDue(tx: Tx, accountId: string, at: string) {
  return tx<Expired[]>`
    with due as materialized (
      select i.workspace_id, i.id, i.asked_by
      from invitations i
      where i.account_id = ${accountId} and i.status = 'pending' and i.expires_at <= ${at}
    )
    update invitations i
    set status = 'expired', holds_seat = false, asked_by = null, asked_at = null
    from due join workspaces w on w.id = due.workspace_id and w.account_id = ${accountId}
    where i.workspace_id = due.workspace_id and i.id = due.id and i.account_id = ${accountId}
    returning i.id, i.workspace_id, due.asked_by, w.name as workspace_name`
}

/** Active members come first, then pending invitations by their place; whoever is within the limit holds a seat. */
function moveSeats(tx: Tx, accountId: string) {
  return tx<Moved[]>`
    with room as materialized (
      select
        a.addon_seats + (${tx.json(includedSeats)}::jsonb ->> a.plan)::int
          - (select count(*) from members m where m.account_id = a.id and m.role <> 'owner') as seats
      from accounts a
      where a.id = ${accountId}
    ),
    line as materialized (
      select i.workspace_id, i.id, i.holds_seat, row_number() over (order by i.line) <= (select seats from room) as holds
      from invitations i
      where i.account_id = ${accountId} and i.status = 'pending'
    ),
    moved as (select workspace_id, id, holds from line where holds_seat <> holds)
    update invitations i
    set holds_seat = moved.holds
    from moved
    where i.workspace_id = moved.workspace_id and i.id = moved.id and i.account_id = ${accountId}
    returning i.id, i.workspace_id, i.holds_seat`
}

function askersHoldingSeats(tx: Tx, accountId: string) {
  return tx<Asker[]>`
    select
      i.id as invitation_id, i.role, u.id as user_id, u.name, u.email,
      w.id, w.account_id, w.name as workspace_name, w.handle, w.is_default, w.created_at
    from invitations i
      join workspaces w on w.id = i.workspace_id and w.account_id = i.account_id
      join users u on u.id = i.asked_by and u.email = i.email
    where i.account_id = ${accountId} and i.status = 'pending' and i.asked_by is not null and i.holds_seat
    order by i.line
    for no key update of u`
}

function joiningOf({ invitationId, role, userId, name, email, workspaceName, ...workspace }: Asker): Joining {
  return { invitationId, role, userId, name, email, workspace: { ...workspace, name: workspaceName } }
}

function count(tx: Tx, accountId: string) {
  return tx<Counted[]>`
    select
      a.plan,
      a.addon_seats,
      a.seats as announced,
      (select count(*) from members m where m.account_id = a.id and m.role <> 'owner') as active,
      (select count(*) from invitations i where i.account_id = a.id and i.status = 'pending') as pending
    from accounts a
    where a.id = ${accountId}`
}

function announceExpired({ draft }: Unit, expired: readonly Expired[]): void {
  for (const { id, workspaceId, askedBy, workspaceName } of expired) {
    draft.append('workspace', workspaceId, 'invitation.expired', { invitationId: id })
    if (askedBy) {
      draft.append('user', askedBy, 'invitation.closed', { invitationId: id, workspaceName, outcome: 'expired' })
    }
  }
}

function announceMoved({ draft }: Unit, moved: readonly Moved[]): void {
  for (const { id, workspaceId, holdsSeat } of moved) {
    const type = holdsSeat ? 'invitation.seat_granted' : 'invitation.seat_withdrawn'
    draft.append('workspace', workspaceId, type, { invitationId: id })
  }
}

async function announceSeats(unit: Unit, accountId: string, counted: Counted, leavers: string[]) {
  const { tx, draft } = unit
  const { announced } = counted
  const seats = seatsOf(counted)
  const gone = leavers.length > 0 ? await withoutMembership(tx, accountId, leavers) : []
  if (isDeepStrictEqual(seats, announced) && gone.length === 0) return
  draft.append('account', accountId, 'seats.changed', seats, gone.length > 0 ? { revokes: { users: gone } } : {})
  if (seats.available === 0 && announced.available > 0) {
    draft.append('account', accountId, 'seats.exhausted', { used: seats.used, limit: seats.limit })
  }
  draft.send(tx`update accounts set seats = ${tx.json(seats)} where id = ${accountId}`)
}

/** Those of `users` with no membership left in any workspace of the account: its stream is no longer theirs. */
async function withoutMembership(tx: Tx, accountId: string, users: string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select u.id from unnest(${users}::uuid[]) as u (id)
    where not exists (select from members m where m.account_id = ${accountId} and m.user_id = u.id)`
  return rows.map((row) => row.id)
}
