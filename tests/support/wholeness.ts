import { isDeepStrictEqual } from 'node:util'
import type postgres from 'postgres'
import { seatsOf, type Plan } from '#shared/plans.ts'

type Counted = { id: string; plan: Plan; addonSeats: number; active: number; pending: number; seats: object }

/** What is half done in a database, a sentence each: every command is there in full or not at all (S1, I1, I2, I7). */
export async function halfDone(owner: postgres.Sql): Promise<string[]> {
  const rows = await owner<{ what: string }[]>`
    select s.name || ' is at ' || s.position || ' with ' || count(e.position) || ' events' as what
    from streams s left join events e on e.stream = s.name
    group by s.name, s.position
    having count(e.position) <> s.position or coalesce(max(e.position), 0) <> s.position
    union all
    select 'user ' || u.id || ' has no account' from users u
    where not exists (select from accounts a where a.owner_id = u.id)
    union all
    select 'account ' || a.id || ' has ' || count(w.id) || ' default workspaces'
    from accounts a left join workspaces w on w.account_id = a.id and w.is_default
    group by a.id having count(w.id) <> 1
    union all
    select 'workspace ' || w.id || ' has ' || count(m.id) || ' owners'
    from workspaces w left join members m on m.workspace_id = w.id and m.role = 'owner'
    group by w.id having count(m.id) <> 1
    union all
    select wanted.name || ' is missing'
    from (
      select 'workspace:' || id as name from workspaces
      union all select 'account:' || id from accounts
      union all select 'user:' || id from users
    ) wanted
    where not exists (select from streams s where s.name = wanted.name)
    union all
    select 'invitation ' || i.id || ' was never told of' from invitations i
    where not exists (
      select from events e
      where e.stream = 'workspace:' || i.workspace_id and e.type = 'invitation.sent' and e.data->'invitation'->>'id' = i.id::text
    )
    union all
    select 'invitation ' || (e.data->'invitation'->>'id') || ' was told of and is not there' from events e
    where e.type = 'invitation.sent'
      and not exists (select from invitations i where i.id::text = e.data->'invitation'->>'id')`
  const accounts = await owner<Counted[]>`
    select a.id, a.plan, a.addon_seats, a.seats,
      (select count(*)::int from members m where m.account_id = a.id and m.role <> 'owner') as active,
      (select count(*)::int from invitations i where i.account_id = a.id and i.status = 'pending') as pending
    from accounts a`
  const miscounted = accounts.filter((row) => !isDeepStrictEqual(row.seats, seatsOf(row)))
  return [...rows.map(({ what }) => what), ...miscounted.map(({ id }) => `the seats of account ${id} are miscounted`)]
}
