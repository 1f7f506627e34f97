import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import postgres from 'postgres'
import { answerBench } from './child.ts'

/**
 * What no server on this stack can be faster than: a bare Hono route that does one SQL statement with one commit, on
 * tables like Rollcall's (the same columns and indexes), touching as many rows. It checks nothing and tells nobody.
 */
const sql = postgres(process.env['DATABASE_URL'] ?? '', { max: 20, onnotice: () => undefined })
const app = new Hono()

app.post('/invite', async (c) => {
  const { account, workspace, email, data } = await c.req.json<Body & { email: string }>()
  const [row] = await sql`
    with place as (
      update floor.accounts set line_end = line_end + 1, seats = ${sql.json(data)} where id = ${account}
      returning line_end
    ),
    invitation as (
      insert into floor.invitations
        (id, workspace_id, account_id, email, role, status, token_hash, line, holds_seat, invited_by, invited_by_name, sent_at, expires_at)
      select
        gen_random_uuid(), ${workspace}, ${account}, ${email}, 'editor', 'pending', sha256(${email}::text::bytea),
        line_end, true, ${account}, 'Ada', now(), now() + '7 days'
      from place
      returning id, email, role, status, sent_at, expires_at
    ),
    jobs as (
      insert into floor.jobs (task_id, payload, key)
      select n, ${sql.json(data)}, n || ':' || invitation.id from invitation, generate_series(1, 2) as n
    ),
    ${appended(data, { [`workspace:${workspace}`]: 1, [`account:${account}`]: 1 })}
    select * from invitation`
  return c.json(row, 201)
})

app.post('/accept', async (c) => {
  const { account, workspace, user, invitation, data } = await c.req.json<Body & { user: string; invitation: string }>()
  const [row] = await sql`
    with seats as (update floor.accounts set seats = ${sql.json(data)} where id = ${account}),
    accepted as (
      update floor.invitations set status = 'accepted', holds_seat = false, token_hash = null where id = ${invitation}
    ),
    job as (delete from floor.jobs where key = ${`2:${invitation}`}),
    member as (
      insert into floor.members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
      values (gen_random_uuid(), ${workspace}, ${account}, ${user}, 'editor', 'Grace', now())
      returning *
    ),
    ${appended(data, { [`workspace:${workspace}`]: 2, [`user:${user}`]: 2, [`account:${account}`]: 1 })}
    select * from member`
  return c.json(row)
})

app.patch('/role', async (c) => {
  const { workspace, user, member, role, data } = await c.req.json<
    Body & { user: string; member: string; role: string }
  >()
  const [row] = await sql`
    with member as (update floor.members set role = ${role} where id = ${member} returning *),
    ${appended(data, { [`workspace:${workspace}`]: 1, [`user:${user}`]: 1 })}
    select * from member`
  return c.json(row)
})

app.get('/roster/:workspace', async (c) => {
  const rows = await sql`
    select m.id, m.user_id, u.email, m.display_name, m.avatar_hash, m.role, m.joined_at
    from members m join users u on u.id = m.user_id
    where m.workspace_id = ${c.req.param('workspace')}
    order by m.joined_at, m.id`
  return c.json({ members: rows })
})

type Body = { account: string; workspace: string; data: postgres.JSONValue }

/** Moves the heads of streams, and inserts as many events of each. */
function appended(data: postgres.JSONValue, streams: Record<string, number>) {
  return sql`
    counted as (
      select * from unnest(${Object.keys(streams)}::text[], ${Object.values(streams)}::int[]) as counted (name, count)
    ),
    heads as (
      update floor.streams as head set position = position + count
      from counted where head.name = counted.name
      returning head.name, head.position, count
    ),
    logged as (
      insert into floor.events (stream, position, type, at, data)
      select name, position - n, 'bench', now(), ${sql.json(data)} from heads, generate_series(0, count - 1) as n
    )`
}

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }: AddressInfo) =>
  answerBench(port, async () => {
    server.close()
    await sql.end()
  }),
) as Server
