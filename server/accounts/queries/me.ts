import { includedSeats, type Plan, type Seats } from '#shared/plans.ts'
import type { Provider } from '#shared/protocol/billing.ts'
import type { UnreadNotifications } from '#shared/protocol/notifications.ts'
import type { MeAnswer } from '#shared/protocol/requests.ts'
import type { Account, User, WaitingInvitation, Workspace } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { inSwitcher } from '#shared/state/apply-event.ts'
import { billingOf, type Told } from '../../billing/rows.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { unreadOf } from '../../membership/queries/notifications.ts'
import { pendingEmailOf } from '../tell-user.ts'

type AccountRow = { id: string; plan: Plan; addonSeats: number; seats: Seats } & Told
type Head = { name: string; position: number }

/** What this installation is: the log's epoch, and who takes its money. */
type Here = { epoch: string; provider: Provider }

/** Everything that a signed-in person starts from, as one snapshot: the state of `user:<id>` at `position`. */
export async function readMe(sql: Sql, { epoch, provider }: Here, userId: string): Promise<MeAnswer> {
  const [accountRow] = await readAccount(sql, userId)
  if (!accountRow) throw notFound()
  const streams = [streamOf('user', userId), streamOf('account', accountRow.id)] as const
  const [[user], workspaces, waiting, [account], heads, [pending], unread] = await readWithin(
    sql,
    { user: userId, streams },
    (tx) => [
      tx<User[]>`
      select id, email, name, email_verified_at is not null as email_verified from users where id = ${userId}`,
      workspacesOf(tx, userId),
      waitingOf(tx, userId),
      accountOf(tx, userId),
      tx<Head[]>`select name, position from streams where name = any(${[...streams]})`,
      pendingEmailOf(tx, userId),
      unreadOf(tx, userId),
    ],
  )
  if (!user || !account) throw notFound()
  const positions = new Map(heads.map((head) => [head.name, head.position]))
  return {
    position: positions.get(streams[0]) ?? 0,
    epoch,
    user,
    pendingEmail: pending?.email ?? null,
    account: accountFrom(account),
    billing: billingOf(provider, account),
    accountPosition: positions.get(streams[1]) ?? 0,
    workspaces: [...workspaces].sort(inSwitcher),
    waiting: [...waiting],
    unreadNotifications: countsOf(unread),
  }
}

export async function readWorkspaces(sql: Sql, userId: string): Promise<Workspace[]> {
  const [rows] = await readWithin(sql, { user: userId }, (tx) => [workspacesOf(tx, userId)])
  return [...rows].sort(inSwitcher)
}

export async function readOwnAccount(sql: Sql, userId: string): Promise<Account> {
  const [row] = await readAccount(sql, userId)
  if (!row) throw notFound()
  return accountFrom(row)
}

async function readAccount(sql: Sql, userId: string): Promise<readonly AccountRow[]> {
  const [rows] = await readWithin(sql, { user: userId }, (tx) => [accountOf(tx, userId)])
  return rows
}

function accountOf(tx: Tx, userId: string) {
  return tx<AccountRow[]>`
    select a.id, a.plan, a.addon_seats, a.seats, s.status, s.grace_until, s.cancels_at
    from accounts a left join subscriptions s on s.account_id = a.id
    where a.owner_id = ${userId}`
}

function accountFrom({ id, plan, addonSeats, seats }: AccountRow): Account {
  return { id, plan, includedSeats: includedSeats[plan], addonSeats, seats }
}

function workspacesOf(tx: Tx, userId: string) {
  return tx<Workspace[]>`
    select w.id, w.account_id, w.name, w.handle, w.is_default, m.role, m.id as member_id, w.created_at,
      member_count(w.id) as member_count
    from members m join workspaces w on w.id = m.workspace_id
    where m.user_id = ${userId}`
}

function countsOf(unread: readonly { workspaceId: string; unread: number }[]): UnreadNotifications {
  return Object.fromEntries(unread.map(({ workspaceId, unread: count }) => [workspaceId, count]))
}

function waitingOf(tx: Tx, userId: string) {
  return tx<WaitingInvitation[]>`
    select i.id as invitation_id, w.name as workspace_name, i.role, i.asked_at, i.expires_at
    from invitations i join workspaces w on w.id = i.workspace_id
    where i.asked_by = ${userId} and i.status = 'pending'
    order by i.asked_at, i.id`
}
