import { expect, test } from 'vitest'
import { eventsAnswer, eventsQuery, type HistoryAnswer } from '#shared/protocol/history.ts'
import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { Sql } from '#server/db/sql.ts'
import { readHistory } from '#server/membership/queries/history.ts'
import { useNode } from '../support/node.ts'
import { join, newTeam, newUser, type Person } from '../support/people.ts'

const node = useNode()

test('the history comes either way, in pages that miss and repeat nothing', async () => {
  const { ada, workspace } = await newTeam(node())
  const { events: all, position } = await historyOf(ada, workspace.id, 'limit=500')
  expect(all.map((event) => event.position)).toEqual(all.map((_, index) => index + 1))
  expect(all.length).toBe(position)
  const up: WorkspaceEvent[] = []
  for (let after = 0, more = true; more; after = up.at(-1)?.position ?? 0) {
    const page = await historyOf(ada, workspace.id, `limit=3&after=${after}`)
    up.push(...page.events)
    more = page.hasMore
  }
  const down: WorkspaceEvent[] = []
  for (let before = position + 1, more = true; more; before = down.at(-1)?.position ?? 0) {
    const page = await historyOf(ada, workspace.id, `limit=3&order=desc&before=${before}`)
    down.push(...page.events)
    more = page.hasMore
  }
  expect(up).toEqual(all)
  expect(down).toEqual(all.toReversed())
})

test('what is asked for by kind, person and time, together and in either order, is what of it there is', async () => {
  const { ada, grace, graceId, edsgerId, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}`
  for (const role of ['viewer', 'editor', 'viewer']) await grace.patch(`${path}/members/${edsgerId}`, { role })
  await ada.patch(`${path}/members/${edsgerId}`, { role: 'editor' })
  await ada.patch(path, { name: 'Acme & Sons' })
  const { events: all } = await historyOf(ada, workspace.id, 'limit=500')
  const middle = all[Math.floor(all.length / 2)]?.at ?? ''
  const wanted: [string, (event: WorkspaceEvent) => boolean][] = [
    ['type=member.role_changed', ({ type }) => type === 'member.role_changed'],
    ['type=member.role_changed,workspace.renamed,no.such', ({ type }) => /role_changed|workspace.renamed/.test(type)],
    [`actor=${graceId}`, ({ actor }) => actor?.memberId === graceId],
    [`actor=${graceId}&type=member.role_changed`, ({ actor, type }) => actor?.memberId === graceId && type === 'member.role_changed'],
    [`from=${middle}`, ({ at }) => at >= middle],
    [`to=${middle}`, ({ at }) => at <= middle],
    [`from=${middle}&actor=${graceId}`, ({ at, actor }) => at >= middle && actor?.memberId === graceId],
    [`to=${middle}&type=member.joined,invitation.sent`, ({ at, type }) => at <= middle && /joined|sent/.test(type)],
    [`after=5&actor=${graceId}`, ({ position, actor }) => position > 5 && actor?.memberId === graceId],
    ['after=4&before=9', ({ position }) => position > 4 && position < 9],
    [`from=${new Date(Date.now() + 60_000).toISOString()}`, () => false],
  ]
  for (const [query, is] of wanted) {
    const expected = all.filter(is)
    expect({ query, found: (await historyOf(ada, workspace.id, `limit=500&${query}`)).events }).toEqual({ query, found: expected })
    const newest = await historyOf(ada, workspace.id, `limit=2&order=desc&${query}`)
    expect({ query, found: newest.events }).toEqual({ query, found: expected.toReversed().slice(0, 2) })
    expect(newest.hasMore).toBe(expected.length > 2)
  }
}) // prettier-ignore

test('each event says whom it is about as they were before it', async () => {
  const { ada, grace, graceId, edsger, edsgerId, workspace } = await newTeam(node())
  const path = `/api/workspaces/${workspace.id}`
  const email = `kay.${ada.email}`
  const { body: invitation } = await ada.invite(workspace.id, email, 'viewer')
  await ada.patch(`${path}/invitations/${invitation.id}`, { role: 'admin' })
  await ada.delete(`${path}/invitations/${invitation.id}`)
  await edsger.patch(`${path}/membership`, { displayName: 'E. W. D.' })
  await grace.patch(`${path}/members/${edsgerId}`, { role: 'admin' })
  await ada.delete(`${path}/members/${edsgerId}`)
  await ada.patch(path, { name: 'Acme & Sons', handle: `sons-${workspace.handle}` })
  const { body: agent } = await ada.createAgent(workspace.id, 'Front desk')
  await ada.patch(`${path}/agents/${agent.id}`, { name: 'Reception' })
  await ada.delete(`${path}/agents/${agent.id}`)
  const { events, subjects } = await historyOf(ada, workspace.id, 'limit=500&subjects=true')
  const told = (type: string, nth = 0) => subjects?.[events.filter((one) => one.type === type)[nth]?.position ?? 0]
  expect(told('invitation.role_changed')).toMatchObject({ email, role: 'viewer' })
  expect(told('invitation.cancelled')).toMatchObject({ email, role: 'admin' })
  expect(told('member.profile_changed')).toMatchObject({ name: 'Edsger', role: 'editor', email: edsger.email })
  expect(told('member.role_changed')).toMatchObject({ name: 'E. W. D.', role: 'editor' })
  expect(told('member.removed')).toMatchObject({ name: 'E. W. D.', role: 'admin' })
  expect(told('workspace.renamed')).toMatchObject({ name: 'Acme', handle: workspace.handle })
  expect(told('agent.updated')).toMatchObject({ name: 'Front desk' })
  expect(told('agent.deleted')).toMatchObject({ name: 'Reception' })
  expect(told('member.joined')).toMatchObject({ name: null, role: null })
  expect(graceId).not.toBe('')
})

test('whoever left sees no history any more; a stranger never did', async () => {
  const { edsger, mallory, workspace } = await newTeam(node())
  await edsger.post(`/api/workspaces/${workspace.id}/leave`)
  for (const person of [edsger, mallory]) {
    const answer = await person.get(`/api/workspaces/${workspace.id}/events?order=desc&subjects=true`)
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } })
  }
})

test.each(['order=up', 'before=-1', 'actor=grace', 'from=yesterday', 'to=2026-13-01T00:00:00Z', 'subjects=1', 'x=1'])(
  'the query %s is refused',
  async (query) => {
    const ada = await newUser(node())
    const { id } = await ada.createWorkspace()
    expect(await ada.get(`/api/workspaces/${id}/events?${query}`)).toMatchObject({ status: 400 })
  },
)

test('T1 positions and facts are of a stream of the transaction’s alone', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  await join(one.ada, one.workspace.id, await newUser(node(), 'Kay'), 'viewer')
  const stream = streamOf('workspace', two.workspace.id)
  const streams = streamOf('workspace', one.workspace.id)
  const asked = await node().sql.run(async (tx) => {
    const [, positions, [fact]] = await Promise.all([
      tx`select set_config('app.streams', ${streams}, false)`,
      tx`select * from positions_of_actor(${stream}, ${two.adaId}, array['member.joined'], 0, 999, null, null, true, 9)`,
      tx<{ told: object | null }[]>`
        select last_told(${stream}, ${two.adaId}, array['member.joined'], 999) as told`,
    ])
    await tx`select set_config('app.streams', '', false)`
    return { positions: positions.length, told: fact?.told }
  })
  expect(asked).toEqual({ positions: 0, told: null })
})

test('a long log is searched by its indexes, for what there is little of', async () => {
  const { ada, graceId, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const { owner, databaseUrl } = node()
  await owner`
    insert into events (stream, position, type, at, actor, data)
    select ${stream}, 1000 + n, 'agent.updated', now() + n * interval '1 second',
      jsonb_build_object('memberId', ${workspace.memberId}::text, 'displayName', 'Ada'), '{}'
    from generate_series(1, 50000) n`
  await owner`update streams set position = 51000 where name = ${stream}`
  await owner`analyze events`
  const sql = new Sql(databaseUrl, { max: 1 })
  try {
    for (const query of [
      { type: 'member.joined' },
      { actor: graceId },
      { actor: graceId, type: 'member.role_changed' },
      { to: new Date().toISOString() },
      { from: new Date().toISOString() },
      {},
    ]) {
      const before = await rowsRead(sql)
      const asked = eventsQuery.parse({ order: 'desc', limit: '20', subjects: 'true', ...query })
      const { events } = await readHistory(sql, { userId: ada.userId, workspaceId: workspace.id }, asked)
      expect(events.length).toBeLessThanOrEqual(20)
      // some hundreds, of fifty thousand
      const read = (await rowsRead(sql)) - before
      expect(`${JSON.stringify(query)} ${read < 500 ? 'few' : read}`).toBe(`${JSON.stringify(query)} few`)
    }
  } finally {
    await sql.end()
  }
})

/** Rows of `events` that this connection has read so far, in whatever way. */
async function rowsRead(sql: Sql): Promise<number> {
  await sql.run((tx) => tx`select pg_stat_force_next_flush()`)
  const [row] = await sql.run(
    (tx) => tx<{ read: number }[]>`
      select (t.seq_tup_read + coalesce(t.idx_tup_fetch, 0))::int as read
      from pg_stat_user_tables t
      where t.relname = 'events'`,
  )
  return row?.read ?? 0
}

async function historyOf(person: Person, workspaceId: string, query: string): Promise<HistoryAnswer> {
  const { status, body } = await person.get<HistoryAnswer>(`/api/workspaces/${workspaceId}/events?${query}`)
  expect(status).toBe(200)
  expect(eventsAnswer.parse(body)).toEqual(body)
  return body
}
