import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { useTwoNodes, type TestNode } from '../support/node.ts'
import { newTeam, newUser, type Person } from '../support/people.ts'
import { useRedis } from '../support/redis.ts'

const redis = useRedis()
const nodes = useTwoNodes(() => redis().url)
type Team = Awaited<ReturnType<typeof newTeam>>

test('117 who watches on any node is online on every node: each once, however many pages, and until the last one closes', async () => {
  const { a, b } = nodes()
  const team = await newTeam(a)
  const stream = streamOf('workspace', team.workspace.id)
  const pages = [await connectLive(a, team.grace), await connectLive(b, team.grace), await connectLive(b, team.grace)]
  for (const page of pages) await page.watch(stream)
  const far = await connectLive(b, team.barbara)
  await far.watch(stream)
  for (const node of [a, b]) await expect.poll(() => onlineAt(node, team)).toEqual(['Barbara', 'Grace'])
  expect(await told(team)).toEqual(['Barbara', 'Grace', 'Grace'])
  pages[0]?.close()
  pages[1]?.close()
  await expect.poll(() => told(team)).toEqual(['Barbara', 'Grace'])
  for (const node of [a, b]) expect(await onlineAt(node, team)).toEqual(['Barbara', 'Grace'])
  pages[2]?.close()
  for (const node of [a, b]) await expect.poll(() => onlineAt(node, team)).toEqual(['Barbara'])
  await far.watch(streamOf('user', team.barbara.userId))
  await far.socket.emitWithAck('unwatch', { stream })
  for (const node of [a, b]) await expect.poll(() => onlineAt(node, team)).toEqual([])
  far.close()
})

test('117 every answer that shows a member says the same, on whichever node it is asked', async () => {
  const { a, b } = nodes()
  const { ada, grace, graceId, workspace } = await newTeam(a)
  const live = await connectLive(b, grace)
  await live.watch(streamOf('workspace', workspace.id))
  const w = `/api/workspaces/${workspace.id}`
  await expect.poll(() => at(a, grace, `${w}/membership`)).toMatchObject({ online: true })
  expect((await ada.patch(`${w}/members/${graceId}`, { role: 'editor' })).body).toMatchObject({ online: true })
  expect((await grace.patch(`${w}/membership`, { displayName: 'G.' })).body).toMatchObject({ online: true })
  live.close()
  await expect.poll(() => at(a, grace, `${w}/membership`)).toMatchObject({ online: false })
  expect((await ada.patch(`${w}/members/${graceId}`, { role: 'viewer' })).body).toMatchObject({ online: false })
})

test('117 the ETag of a roster changes with who is online, so a 304 is never a lie about it', async () => {
  const { a, b } = nodes()
  const { ada, grace, workspace } = await newTeam(a)
  const path = `/api/workspaces/${workspace.id}/roster`
  const before = await ada.get(path)
  const known = { 'If-None-Match': before.headers.get('etag') ?? '' }
  expect((await ada.call('GET', path, undefined, known)).status).toBe(304)
  const live = await connectLive(b, grace)
  await live.watch(streamOf('workspace', workspace.id))
  await expect.poll(async () => (await ada.call('GET', path, undefined, known)).status).toBe(200)
  live.close()
  await expect.poll(async () => (await ada.call('GET', path, undefined, known)).status).toBe(304)
})

test('117 I19 nothing of it is left of whoever is removed, nor of a deleted workspace, by the commit itself', async () => {
  const { a, b } = nodes()
  const team = await newTeam(a)
  const stream = streamOf('workspace', team.workspace.id)
  const pages = await Promise.all([team.ada, team.grace, team.barbara].map((person) => connectLive(b, person)))
  for (const page of pages) await page.watch(stream)
  await expect.poll(() => told(team)).toEqual(['Ada', 'Barbara', 'Grace'])
  await team.ada.delete(`/api/workspaces/${team.workspace.id}/members/${team.barbaraId}`)
  expect(await told(team)).toEqual(['Ada', 'Grace'])
  expect((await team.ada.delete(`/api/workspaces/${team.workspace.id}`)).status).toBe(204)
  expect(await told(team)).toEqual([])
  for (const page of pages) page.close()
})

test('117 T1 whoever only tries to watch is nowhere online, and who is online in one workspace is not in another', async () => {
  const { a, b } = nodes()
  const [team, other] = [await newTeam(a), await newTeam(a)]
  const stream = streamOf('workspace', team.workspace.id)
  const mallory = await connectLive(b, team.mallory)
  const tries = Array.from({ length: 50 }, () => mallory.watch(stream))
  const ada = await connectLive(b, team.ada)
  await ada.watch(stream)
  await expect.poll(() => onlineAt(a, team)).toEqual(['Ada'])
  await Promise.all(tries)
  expect(await told(team)).toEqual(['Ada'])
  expect(await onlineAt(a, other)).toEqual([])
  mallory.close()
  ada.close()
})

test('117 a node whose row was swept meanwhile tells everything again', async () => {
  const { a, b } = nodes()
  const team = await newTeam(a)
  const live = await connectLive(b, team.grace)
  await live.watch(streamOf('workspace', team.workspace.id))
  await expect.poll(() => onlineAt(a, team)).toEqual(['Grace'])
  // as after a crash of the database, which empties unlogged tables, or a sweep by another node
  await a.owner`truncate nodes, presence`
  expect(await onlineAt(a, team)).toEqual([])
  await expect.poll(() => onlineAt(a, team), { timeout: 20_000 }).toEqual(['Grace'])
  live.close()
})

test('117 what nobody keeps alive counts no more, and is swept', async () => {
  const { a } = nodes()
  const team = await newTeam(a)
  const [gone] = await a.owner<{ id: string }[]>`
    insert into nodes (id, seen_at) values (gen_random_uuid(), now() - interval '4 seconds') returning id`
  const row = { workspaceId: team.workspace.id, userId: team.grace.userId, nodeId: gone?.id ?? '' }
  await a.owner`insert into presence (workspace_id, user_id, node_id) values (${row.workspaceId}, ${row.userId}, ${row.nodeId})`
  expect(await onlineAt(a, team)).toEqual(['Grace'])
  await expect.poll(() => onlineAt(a, team), { timeout: 20_000 }).toEqual([])
  await expect.poll(() => told(team), { timeout: 20_000 }).toEqual([])
})

test('117 a storm of people who come at once is told in a few statements', async () => {
  const { a, b } = nodes()
  const team = await newTeam(a)
  const stream = streamOf('workspace', team.workspace.id)
  const people = [team.ada, team.grace, team.edsger, team.barbara]
  const pages = await Promise.all(Array.from({ length: 200 }, (_, n) => connectLive(b, people[n % 4] ?? team.ada)))
  const others = await Promise.all(Array.from({ length: 30 }, () => newUser(a)))
  const homes = await Promise.all(others.map(async (person) => ({ person, home: (await person.me()).workspaces[0] })))
  const alone = await Promise.all(homes.map(({ person }) => connectLive(b, person)))
  await a.owner`create table tellings (at timestamptz)`
  await a.owner.unsafe(`
    create function count_telling() returns trigger language plpgsql as
      'begin insert into public.tellings values (now()); return null; end';
    grant insert on tellings to public;
    create trigger count_telling after insert on presence for each statement execute function count_telling()`)
  await Promise.all([
    ...pages.map((page) => page.watch(stream)),
    ...alone.map((page, n) => page.watch(streamOf('workspace', homes[n]?.home?.id ?? ''))),
  ])
  await expect.poll(async () => (await told(team)).length).toBe(4)
  const here = homes.map(({ home }) => home?.id ?? '')
  const count = () =>
    a.owner<{ n: number }[]>`select count(*)::int as n from presence where workspace_id = any(${here})`
  await expect.poll(count).toEqual([{ n: 30 }])
  const [tellings] = await a.owner<{ n: number }[]>`select count(*)::int as n from tellings`
  await a.owner`drop trigger count_telling on presence`
  expect(tellings?.n).toBeLessThan(15)
  for (const page of [...pages, ...alone]) page.close()
})

test('117 a node that stops in order takes its people along at once', async () => {
  const { a, b } = nodes()
  const team = await newTeam(a)
  const live = await connectLive(b, team.grace)
  await live.watch(streamOf('workspace', team.workspace.id))
  await expect.poll(() => onlineAt(a, team)).toEqual(['Grace'])
  await b.stop()
  expect(await onlineAt(a, team)).toEqual([])
  const rows = await a.owner`select id from nodes`
  expect(rows).toHaveLength(1)
})

/** Whom the roster has online, as Ada reads it at a node. */
async function onlineAt(node: TestNode, { ada, workspace }: Team): Promise<string[]> {
  const roster = await at(node, ada, `/api/workspaces/${workspace.id}/roster`)
  const { members } = roster as { members: { displayName: string; online: boolean }[] }
  return members.filter(({ online }) => online).map(({ displayName }) => displayName).sort() // prettier-ignore
}

/** Whom the nodes have told of, once for each node. */
async function told({ workspace }: Team): Promise<string[]> {
  const rows = await nodes().a.owner<{ name: string }[]>`
    select u.name from presence p join users u on u.id = p.user_id where p.workspace_id = ${workspace.id} order by u.name`
  return rows.map(({ name }) => name)
}

async function at(node: TestNode, person: Person, path: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${node.port}${path}`, { headers: { Cookie: person.cookie() } })
  expect(answer.status).toBe(200)
  return answer.json()
}
