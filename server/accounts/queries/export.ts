import type { AccountExport } from '#shared/protocol/account.ts'
import type { Provider } from '#shared/protocol/billing.ts'
import { billingOf, type Told } from '../../billing/rows.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { avatarUrlOf } from '../../membership/rows.ts'

type Membership = Omit<AccountExport['memberships'][number], 'workspace' | 'avatarUrl'> & {
  workspaceId: string
  name: string
  handle: string
  avatarHash: string | null
}

/** A copy of what is kept of a person. `provider`: who takes the money here. */
export async function readExport(sql: Sql, provider: Provider, userId: string): Promise<AccountExport> {
  const [[user], [account], memberships, sessions, messages, notifications] = await readWithin(
    sql,
    { user: userId },
    (tx) => [
      tx<(AccountExport['user'] & { exportedAt: string })[]>`
      select
        id, email, name, email_verified_at is not null as email_verified, created_at,
        date_trunc('milliseconds', now()) as exported_at
      from users where id = ${userId}`,
      tx<(AccountExport['account'] & Told)[]>`
      select a.plan, a.addon_seats, s.status, s.grace_until, s.cancels_at
      from accounts a left join subscriptions s on s.account_id = a.id
      where a.owner_id = ${userId}`,
      tx<Membership[]>`
      select w.id as workspace_id, w.name, w.handle, m.role, m.display_name, m.avatar_hash, m.joined_at
      from members m join workspaces w on w.id = m.workspace_id
      where m.user_id = ${userId}
      order by m.joined_at, m.id`,
      tx<AccountExport['sessions'][number][]>`
      select public_id as id, created_at, last_seen_at, user_agent
      from sessions where user_id = ${userId}
      order by created_at, public_id`,
      tx<AccountExport['messages'][number][]>`
      select workspace_id, agent_id, conversation_id, text, at from own_messages()`,
      tx<AccountExport['notifications'][number][]>`
      select workspace_id, kind, at, read_at from notifications where user_id = ${userId} order by id`,
    ],
  )
  if (!user || !account) throw notFound()
  const { exportedAt, ...person } = user
  return {
    exportedAt,
    user: person,
    account: { plan: account.plan, addonSeats: account.addonSeats },
    billing: billingOf(provider, account),
    memberships: memberships.map(({ workspaceId: id, name, handle, avatarHash, ...membership }) => ({
      workspace: { id, name, handle },
      ...membership,
      avatarUrl: avatarUrlOf(avatarHash),
    })),
    sessions: [...sessions],
    messages: [...messages],
    notifications: [...notifications],
  }
}
