import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import { seatsOf } from '#shared/plans.ts'

/** Somebody who is signed in. */
export type Guest = { userId: string; email: string; accountId: string; cookie: string }
export type Hall = { workspaceId: string; accountId: string; owner: Guest; ownerMemberId: string }

/**
 * Writes people straight into the tables: signing up hashes a password, which for thousands of people would take longer
 * than all that is measured.
 */
export async function insertPeople(sql: postgres.Sql, count: number): Promise<Guest[]> {
  const people = Array.from({ length: count }, () => {
    const [userId, token] = [randomUUID(), randomBytes(32).toString('base64url')]
    const cookie = `rollcall_session=${token}`
    return { userId, email: `${userId}@example.com`, accountId: randomUUID(), token, cookie }
  })
  const users = people.map(({ userId }) => userId)
  const accounts = people.map(({ accountId }) => accountId)
  const sessions = people.map(({ token }) => createHash('sha256').update(token).digest('hex'))
  const seats = seatsOf({ plan: 'pro_ai', addonSeats: 10_000, active: 0, pending: 0 })
  await sql.begin((tx) => [
    tx`
      insert into users (id, email, name, password_hash, created_at)
      select id, id || '@example.com', 'Ada', 'none', now() from unnest(${users}::uuid[]) as id`,
    tx`
      insert into accounts (id, owner_id, plan, addon_seats, seats)
      select id, owner, 'pro_ai', 10000, ${tx.json(seats)} from unnest(${accounts}::uuid[], ${users}::uuid[]) as a (id, owner)`,
    tx`
      insert into sessions (id, public_id, user_id, created_at, last_seen_at, expires_at, user_agent)
      select id, gen_random_uuid(), holder, now(), now(), now() + '30 days', 'bench'
      from unnest(${sessions}::text[], ${users}::uuid[]) as s (id, holder)`,
    startStreams(tx, 'user', users),
    startStreams(tx, 'account', accounts),
  ])
  return people.map(({ token: _, ...guest }) => guest)
}

/** A workspace for each of the owners. */
export async function insertHalls(sql: postgres.Sql, owners: Guest[]): Promise<Hall[]> {
  const halls = owners.map((owner) => {
    return { workspaceId: randomUUID(), accountId: owner.accountId, owner, ownerMemberId: randomUUID() }
  })
  const ids = halls.map(({ workspaceId }) => workspaceId)
  const columns = [ids, halls.map(({ accountId }) => accountId)] as const
  await sql.begin((tx) => [
    tx`
      insert into workspaces (id, account_id, name, handle, is_default, created_at)
      select id, account, 'Hall', 'hall-' || id, false, now()
      from unnest(${columns[0]}::uuid[], ${columns[1]}::uuid[]) as w (id, account)`,
    tx`
      insert into members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
      select member, workspace, account, holder, 'owner', 'Ada', now()
      from unnest(
        ${halls.map(({ ownerMemberId }) => ownerMemberId)}::uuid[], ${columns[0]}::uuid[], ${columns[1]}::uuid[],
        ${halls.map(({ owner }) => owner.userId)}::uuid[]
      ) as m (member, workspace, account, holder)`,
    startStreams(tx, 'workspace', ids),
  ])
  return halls
}

/** Makes the people members. Answers their member ids, in the same order. */
export async function insertMembers(sql: postgres.Sql, hall: Hall, people: Guest[]): Promise<string[]> {
  const ids = people.map(() => randomUUID())
  await sql`
    insert into members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
    select member, ${hall.workspaceId}, ${hall.accountId}, holder, 'editor', 'Grace', now()
    from unnest(${ids}::uuid[], ${people.map(({ userId }) => userId)}::uuid[]) as m (member, holder)`
  return ids
}

function startStreams(tx: postgres.TransactionSql, kind: string, ids: string[]) {
  return tx`insert into streams (name) select ${kind}::text || ':' || id from unnest(${ids}::text[]) as id`
}

export type Team = Hall & { people: Guest[]; memberIds: string[] }

/** A workspace of `size` members who are all signed in; the owner is the first of them. */
export async function insertTeam(sql: postgres.Sql, size: number): Promise<Team> {
  const people = await insertPeople(sql, size)
  const [hall] = await insertHalls(sql, people.slice(0, 1))
  if (!hall) throw new Error('A team has an owner.')
  return { ...hall, people, memberIds: [hall.ownerMemberId, ...(await insertMembers(sql, hall, people.slice(1)))] }
}

/** Gives the members names and roles as people have them: a few of each first name, all roles. */
export async function nameMembers(sql: postgres.Sql, { workspaceId }: Hall): Promise<void> {
  await sql`
    update members m
    set
      display_name = (array['Ada', 'Grace', 'Maria', 'Edsger', 'Barbara', 'Zoë', 'Özgür', 'Jean'])[1 + n % 8]
        || ' ' || (array['Lovelace', 'Hopper', 'Dijkstra', 'Liskov', 'Ångström'])[1 + n % 5] || ' ' || n,
      role = case when m.role = 'owner' then m.role else (array['admin', 'editor', 'viewer'])[1 + n % 3] end
    from (
      select id, (row_number() over (order by id))::int as n from members where workspace_id = ${workspaceId}
    ) as numbered
    where numbered.id = m.id and m.workspace_id = ${workspaceId}`
}

/** Invitations that the owner has sent, each fifth of them expired. */
export async function insertInvitations(sql: postgres.Sql, hall: Hall, count: number): Promise<void> {
  await sql`
    insert into invitations
      (id, workspace_id, account_id, email, role, status, token_hash, holds_seat, line, invited_by, invited_by_name, sent_at, expires_at)
    select
      gen_random_uuid(), ${hall.workspaceId}, ${hall.accountId}, 'invited.' || n || '@example.com', 'editor',
      case when n % 5 = 0 then 'expired' else 'pending' end, decode(md5(n::text) || md5(n::text), 'hex'), false, n,
      ${hall.ownerMemberId}, 'Ada', now() - n * interval '1 minute', now() + interval '6 days'
    from generate_series(1, ${count}::int) as n`
}
