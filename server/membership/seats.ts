import { isDeepStrictEqual } from 'node:util'
import { includedSeats, seatsOf, type Plan, type Seats } from '#shared/plans.ts'
import type { Unit } from '../core/run-command.ts'
import { enter, together, type Tx } from '../core/tenant.ts'
import { joinWorkspace, type Joining } from './join-workspace.ts'

/** `leavers`: users who lost a membership in this command. `fresh`: invitations whose own event will tell their seat. */
type Change = { leavers?: string[]; fresh?: string[] }
type Counted = { plan: Plan; addonSeats: number; active: number; pending: number; announced: Seats }
type Expired = { id: string; workspaceId: string; askedBy: string | null; workspaceName: string }
type Moved = { id: string; workspaceId: string; holdsSeat: boolean }

/**
 * Brings an account's line for seats up to date; every command that can move a seat ends with it, under the account's
 * lock. Expires what is due, moves seats along the line, lets in whoever asked to join and now holds one, counts anew.
 * Answers who came in: invitation id → member id.
 */
export async function settleSeats(unit: Unit, accountId: string, change: Change = {}): Promise<Map<string, string>> {
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
  const joined = new Map<string, string>()
  for (const one of joining) joined.set(one.invitationId, await joinWorkspace(unit, one))
  const [recounted] = joining.length > 0 ? await count(tx, accountId) : [counted]
  await announceSeats(unit, accountId, recounted, leavers)
  return joined
}

function expireDue(tx: Tx, accountId: string, at: string) {
  return tx<Expired[]>`
    with due as (
      select i.id, i.asked_by, w.name
      from invitations i join workspaces w on w.id = i.workspace_id
      where i.account_id = ${accountId} and i.status = 'pending' and i.expires_at <= ${at}
    )
    update invitations i
    set status = 'expired', holds_seat = false, asked_by = null, asked_at = null
    from due
    where i.id = due.id and i.account_id = ${accountId}
    returning i.id, i.workspace_id, due.asked_by, due.name as workspace_name`
}

/** Active members come first, then pending invitations by their place; whoever is within the limit holds a seat. */
function moveSeats(tx: Tx, accountId: string) {
  return tx<Moved[]>`
    with room as (
      select
        a.addon_seats + (${tx.json(includedSeats)}::jsonb ->> a.plan)::int
          - (select count(*) from members m where m.account_id = a.id and m.role <> 'owner') as seats
      from accounts a
      where a.id = ${accountId}
    ),
    line as (
      select i.id, row_number() over (order by i.line) <= room.seats as holds
      from invitations i cross join room
      where i.account_id = ${accountId} and i.status = 'pending'
    )
    update invitations i
    set holds_seat = line.holds
    from line
    where i.id = line.id and i.account_id = ${accountId} and i.holds_seat <> line.holds
    returning i.id, i.workspace_id, i.holds_seat`
}

function askersHoldingSeats(tx: Tx, accountId: string) {
  return tx<Joining[]>`
    select i.id as invitation_id, i.workspace_id, i.account_id, i.role, u.id as user_id, u.name, u.email
    from invitations i join users u on u.id = i.asked_by and u.email = i.email
    where i.account_id = ${accountId} and i.status = 'pending' and i.holds_seat
    order by i.line`
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

async function announceSeats(unit: Unit, accountId: string, counted: Counted | undefined, leavers: string[]) {
  if (!counted) throw new Error('The account of a workspace has no row.')
  const { tx, draft } = unit
  const { announced } = counted
  const seats = seatsOf(counted)
  const gone = leavers.length > 0 ? await withoutMembership(tx, accountId, leavers) : []
  if (isDeepStrictEqual(seats, announced) && gone.length === 0) return
  draft.append('account', accountId, 'seats.changed', seats, gone.length > 0 ? { revokes: { users: gone } } : {})
  if (seats.available === 0 && announced.available > 0) {
    draft.append('account', accountId, 'seats.exhausted', { used: seats.used, limit: seats.limit })
  }
  await tx`update accounts set seats = ${tx.json(seats)} where id = ${accountId}`
}

/** Those of `users` with no membership left in any workspace of the account: its stream is no longer theirs. */
async function withoutMembership(tx: Tx, accountId: string, users: string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select u.id from unnest(${users}::uuid[]) as u (id)
    where not exists (select from members m where m.account_id = ${accountId} and m.user_id = u.id)`
  return rows.map((row) => row.id)
}
