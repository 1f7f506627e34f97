import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { enter, readWithin, type Tx } from '#server/core/tenant.ts'
import { readRoster } from '#server/membership/queries/roster.ts'
import { useNode } from '../support/node.ts'
import { newTeam, newUser } from '../support/people.ts'

const node = useNode()
const tenantTables = [
  'accounts',
  'workspaces',
  'former_handles',
  'avatars',
  'members',
  'invitations',
  'agents',
  'streams',
  'events',
  'presence',
  'resources',
  'passages',
  'api_keys',
  'contacts',
  'conversations',
  'former_members',
  'messages',
  'reads',
  'webhooks',
  'webhook_deliveries',
  'integrations',
  'visitors',
  'subscriptions',
  'unwanted_invitations',
  'notifications',
]

test('68 T1 every tenant table has row-level security, forced, and the application owns none', async () => {
  const rows = await node().owner<{ name: string; on: boolean; forced: boolean; owner: string }[]>`
    select c.relname as name, c.relrowsecurity as on, c.relforcerowsecurity as forced, pg_get_userbyid(c.relowner) as owner
    from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and (
      c.relname = any(${tenantTables})
      or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname in ('workspace_id', 'account_id', 'agent_id'))
    )`
  expect(rows.map(({ name }) => name).sort()).toEqual([...tenantTables].sort())
  for (const row of rows) {
    expect(row).toMatchObject({ on: true, forced: true })
    expect(row.owner).not.toBe('rollcall_app')
  }
})

test('72 T1 every function with its definer’s rights is known and has a pinned search path', async () => {
  const rows = await node().owner<{ name: string; pinned: boolean }[]>`
    select proname as name, coalesce(array_to_string(proconfig, ',') like '%search_path=%', false) as pinned
    from pg_proc
    where prosecdef and pronamespace = 'public'::regnamespace
    order by proname`
  expect(rows.map((row) => row.name)).toEqual([
    'account_of_customer', 'accounts_that_pay', 'begin_agent_stream', 'end_former_handle', 'end_presence', 'end_presence_of_members', 'enqueue_job',
    'find_visitors', 'forget_addresses', 'forget_audit', 'forget_deliveries', 'forget_former_secrets', 'forget_notifications', 'forget_unwanted', 'give_back_conversations', 'hand_back_conversations', 'handle_taken', 'hear_presence', 'last_told', 'member_count', 'messenger_of',
    'own_messages', 'plan_reconciliation', 'positions_of_actor',
    'queue_deliveries', 'readers_behind', 'sealed_otherwise', 'search_conversations', 'search_passages', 'seat_position', 'tell_presence', 'tell_presence', 'wake_webhook', 'withdraw_job', 'workspace_of_handle',
  ]) // prettier-ignore
  expect(rows.every((row) => row.pinned)).toBe(true)
})

test('69 T1 without a scope the application sees nothing, also on a connection that had one', async () => {
  const { workspace } = await newTeam(node())
  const { sql } = node()
  await readWithin(sql, { workspace: workspace.id }, (tx) => [tx`select id from members`])
  for (const table of tenantTables) {
    for (let again = 0; again < 5; again += 1) {
      expect(await sql.run((tx) => tx`select * from ${tx(table)}`), table).toHaveLength(0)
    }
  }
})

test('71 T1 a query that forgets its workspace finds its own and nothing else', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  await one.ada.invite(one.workspace.id, 'canary-one@example.com')
  await two.ada.invite(two.workspace.id, 'canary-two@example.com')
  const [members, invitations, workspaces, accounts] = await readWithin(
    node().sql,
    { workspace: one.workspace.id },
    (tx) => [
      tx<{ workspaceId: string }[]>`select workspace_id from members`,
      tx<{ email: string }[]>`select email from invitations where status = 'pending'`,
      tx<{ id: string }[]>`select id from workspaces`,
      tx<{ id: string }[]>`select id from accounts`,
    ],
  )
  expect(new Set(members.map((row) => row.workspaceId))).toEqual(new Set([one.workspace.id]))
  expect(invitations.map((row) => row.email)).toEqual(['canary-one@example.com'])
  expect(workspaces.map((row) => row.id)).toEqual([one.workspace.id])
  expect(accounts.map((row) => row.id)).toEqual([one.workspace.accountId])
})

test('70 T1 nothing can be written into another workspace', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  const stream = streamOf('workspace', two.workspace.id)
  const attempts: ((tx: Tx) => PromiseLike<unknown>)[] = [
    (tx) => tx`insert into streams (name) values (${streamOf('workspace', crypto.randomUUID())})`,
    (tx) => tx`insert into events (stream, position, type, at, data) values (${stream}, 999, 'x', now(), '{}')`,
    (tx) => tx`
      insert into members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
      values (gen_random_uuid(), ${two.workspace.id}, ${two.workspace.accountId}, ${one.mallory.userId}, 'admin', 'x', now())`,
  ]
  for (const attempt of attempts) await expect(node().sql.run(attempt)).rejects.toMatchObject({ code: '42501' })
  const moved = node().sql.run(async (tx) => {
    await tx`begin`
    await enter(tx, { workspace: one.workspace.id })
    await tx`update members set display_name = 'moved' where workspace_id = ${two.workspace.id}`
    const [count] = await tx<{ n: number }[]>`select count(*) as n from members where display_name = 'moved'`
    expect(count?.n).toBe(0)
    await tx`update members set workspace_id = ${two.workspace.id} where workspace_id = ${one.workspace.id}`
  })
  await expect(moved).rejects.toMatchObject({ code: '42501' })
})

test('71 T1 with the policies off, the queries still name their workspace', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  const stranger = await newUser(node(), 'Stranger')
  const tables = [...tenantTables]
  for (const table of tables) await node().owner`alter table ${node().owner(table)} disable row level security`
  try {
    const roster = await one.ada.roster(one.workspace.id)
    expect(roster.members).toHaveLength(4)
    expect(JSON.stringify(roster)).not.toContain(two.workspace.id)
    expect((await stranger.get(`/api/workspaces/${one.workspace.id}/roster`)).status).toBe(404)
    expect((await one.ada.get(`/api/workspaces/${two.workspace.id}/events`)).status).toBe(404)
    expect((await one.ada.me()).workspaces.map((workspace) => workspace.id)).not.toContain(two.workspace.id)
    const online = { node: crypto.randomUUID(), here: () => new Set<string>() }
    const reader = { userId: stranger.userId, workspaceId: one.workspace.id }
    await expect(readRoster(node().sql, 'e', online, reader)).rejects.toMatchObject({ code: 'not_found' })
  } finally {
    for (const table of tables) await node().owner`alter table ${node().owner(table)} enable row level security`
  }
})

test('the database refuses a second owner, an owner’s end and a reference across workspaces', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  const { owner } = node()
  const attempts = [
    () => owner`update members set role = 'owner' where id = ${one.graceId}`,
    () => owner`update members set role = 'admin' where id = ${one.adaId}`,
    () => owner`delete from members where id = ${one.adaId}`,
    () => owner`update members set account_id = ${two.workspace.accountId} where id = ${one.graceId}`,
  ]
  for (const attempt of attempts) await expect(attempt().catch(codeOf)).resolves.toMatch(/^23/)
})

function codeOf(error: { code: string }): string {
  return error.code
}
