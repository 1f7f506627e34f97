import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiError, createRollcall, type Rollcall, type RosterState } from '#client/sdk/rollcall.ts'
import { startFaultProxy, type FaultProxy } from '../faults/fault-proxy.ts'
import { useNode } from '../support/node.ts'
import { join, newTeam, newUser, type Person } from '../support/people.ts'

// What `@rollcall/client` promises to whoever uses it, against a real node over a line that can be cut.

const node = useNode()
let network: FaultProxy
beforeAll(async () => {
  network = await startFaultProxy(() => node().port)
})
afterAll(() => network.close())

test('what is watched is shown at once to whoever subscribes, and each event is heard once with the state before it', async () => {
  const { ada, grace, edsger, workspace } = await newTeam(node())
  const heard: [string, number][] = []
  const client = clientOf(ada)
  const roster = client.watchWorkspace(workspace.id, {
    heard: ({ type, position }, { members }) => heard.push([`${type} of ${members.length}`, position]),
  })
  expect(roster.state).toBeNull()
  const first = await until(roster, ({ members }) => members.length === 4)
  const atOnce: RosterState[] = []
  roster.subscribe((state) => atOnce.push(state))
  expect(atOnce).toEqual([first])
  await connected(client)
  await grace.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Amazing Grace' })
  await edsger.post(`/api/workspaces/${workspace.id}/leave`)
  const last = await until(roster, ({ members }) => members.length === 3)
  expect(last.members.map(({ displayName }) => displayName)).toEqual(['Ada', 'Amazing Grace', 'Barbara'])
  expect(heard.map(([what]) => what)).toEqual(['member.profile_changed of 4', 'member.left of 4'])
  expect(heard[1]?.[1]).toBe((heard[0]?.[1] ?? 0) + 1)
  // what did not change stays the same object
  expect(last.members.find(({ displayName }) => displayName === 'Barbara')).toBe(
    first.members.find(({ displayName }) => displayName === 'Barbara'),
  )
  client.end()
})

test('seats follow, which are those of an account over all its workspaces', async () => {
  const { ada, workspace } = await newTeam(node())
  const client = clientOf(ada)
  const roster = client.watchWorkspace(workspace.id)
  const before = await until(roster, ({ seats }) => seats.used === 3)
  const other = await ada.createWorkspace('Another')
  await ada.invite(other.id, 'kay@example.com')
  const after = await until(roster, ({ seats }) => seats.pending === 1)
  expect(after.seats.available).toBe(before.seats.available - 1)
  expect(after.members).toBe(before.members)
  client.end()
})

test('whoever is removed hears why nothing more comes, keeps what was there last, and is told nothing of what follows', async () => {
  const { ada, edsger, edsgerId, workspace } = await newTeam(node())
  const client = clientOf(edsger)
  const told: string[] = []
  const closed = new Promise<string>((resolve) => {
    const roster = client.watchWorkspace(workspace.id, { heard: ({ type }) => told.push(type), closed: resolve })
    void until(roster, () => true).then(() => connected(client).then(() => ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`))) // prettier-ignore
  })
  expect(await closed).toBe('removed')
  await ada.patch(`/api/workspaces/${workspace.id}`, { name: 'Without him' })
  const again = client.watchWorkspace(workspace.id)
  await expect.poll(() => again.closed).toBe('removed')
  expect(again.state).toBeNull()
  expect(told).toEqual([])
  client.end()
})

test('a workspace that is deleted says so; its last state is still there', async () => {
  const { ada, barbara, workspace } = await newTeam(node())
  const client = clientOf(barbara)
  const roster = client.watchWorkspace(workspace.id)
  await until(roster, ({ members }) => members.length === 4)
  await connected(client)
  await ada.delete(`/api/workspaces/${workspace.id}`)
  await expect.poll(() => roster.closed).toBe('deleted')
  expect(roster.state?.members).toHaveLength(4)
  client.end()
})

test('whoever is signed out is told so for everything that they watch, and may not ask any more', async () => {
  const { grace, workspace } = await newTeam(node())
  const client = clientOf(grace)
  const codes: string[] = []
  const person = await client.watchPerson({ closed: (code) => codes.push(`person ${code}`) })
  const roster = client.watchWorkspace(workspace.id, { closed: (code) => codes.push(`roster ${code}`) })
  await until(roster, () => true)
  await connected(client)
  expect(person.state.workspaces.map(({ name }) => name)).toContain('Acme')
  await grace.post('/api/auth/sign-out')
  await expect.poll(() => [...codes].sort()).toEqual(['person signed_out', 'roster signed_out'])
  const refused = await client.api.roster(workspace.id).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(ApiError)
  expect(refused).toMatchObject({ code: 'unauthenticated' })
  await expect(client.watchPerson()).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a line that is cut is taken up again where it was: no event is lost, repeated or told as new', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const client = clientOf(ada)
  const positions: number[] = []
  let resets = 0
  const roster = client.watchWorkspace(workspace.id, {
    heard: ({ position }) => positions.push(position),
    reset: () => (resets += 1),
  })
  await until(roster, () => true)
  await connected(client)
  const connections: string[] = []
  const unlisten = client.watchConnection((connection) => connections.push(connection))
  network.refuse()
  await expect.poll(() => client.connection).toBe('reconnecting')
  for (const name of ['One', 'Two', 'Three']) await rename(grace, workspace.id, name)
  network.pass()
  await until(roster, ({ members }) => members.some(({ displayName }) => displayName === 'Three'))
  expect(positions.map((position) => position - (positions[0] ?? 0))).toEqual([0, 1, 2])
  expect(resets).toBe(0)
  expect(connections).toEqual(['reconnecting', 'live'])
  unlisten()
  client.end()
})

test('whoever missed more than is worth telling takes the state anew: it is said once, and no event of it is heard', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const client = clientOf(ada)
  const heard: string[] = []
  let resets = 0
  const roster = client.watchWorkspace(workspace.id, {
    heard: ({ type }) => heard.push(type),
    reset: () => (resets += 1),
  })
  await until(roster, () => true)
  await connected(client)
  network.refuse()
  await expect.poll(() => client.connection).toBe('reconnecting')
  await appendAlike(workspace.id, 1_000)
  await rename(grace, workspace.id, 'The last')
  network.pass()
  await until(roster, ({ members }) => members.some(({ displayName }) => displayName === 'The last'))
  expect([resets, heard]).toEqual([1, []])
  await rename(grace, workspace.id, 'Grace')
  await until(roster, ({ members }) => members.some(({ displayName }) => displayName === 'Grace'))
  expect([resets, heard]).toEqual([1, ['member.profile_changed']])
  client.end()
})

test('what cannot be read is told with the reason, and again until it can', async () => {
  const ada = await newUser(node(), 'Ada')
  const { id } = await ada.createWorkspace('Acme')
  const client = createRollcall({ url: `http://127.0.0.1:${network.port}`, cookie: ada.cookie() })
  const reasons: string[] = []
  const roster = client.watchWorkspace(id, { failing: ({ message }) => reasons.push(message) })
  await expect.poll(() => reasons.length).toBeGreaterThan(1)
  expect(new Set(reasons)).toEqual(new Set(['This server does not answer for that host.']))
  expect(roster.closed).toBeNull()
  client.end()
  // what it asked by is kept open for more
  network.cut()
})

test('a signal stops what is watched by it and nothing else; one that was given already watches nothing', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const client = clientOf(ada)
  const { signal, abort } = abortable()
  const heard = { stopped: 0, before: 0, going: 0 }
  const stopped = client.watchWorkspace(workspace.id, { signal, heard: () => (heard.stopped += 1) })
  const going = client.watchWorkspace(workspace.id, { heard: () => (heard.going += 1) })
  const never = client.watchWorkspace(workspace.id, { signal: AbortSignal.abort(), heard: () => (heard.before += 1) })
  await Promise.all([until(stopped, () => true), until(going, () => true)])
  await connected(client)
  await rename(grace, workspace.id, 'Heard by both')
  await Promise.all([stopped, going].map((one) => until(one, ({ members }) => members.some(({ displayName }) => displayName === 'Heard by both')))) // prettier-ignore
  abort()
  await rename(grace, workspace.id, 'Heard by one')
  await until(going, ({ members }) => members.some(({ displayName }) => displayName === 'Heard by one'))
  expect(heard).toEqual({ stopped: 1, before: 0, going: 2 })
  expect(never.state).toBeNull()
  expect(stopped.state?.members.map(({ displayName }) => displayName)).toContain('Heard by both')
  client.end()
})

test('after its end it holds no connection, and tells nobody anything', async () => {
  const ada = await newUser(node(), 'Ada')
  const { id } = await ada.createWorkspace('Acme')
  await ada.setAddonSeats(1)
  const client = clientOf(ada)
  const codes: string[] = []
  const roster = client.watchWorkspace(id, { closed: (code) => codes.push(code) })
  await until(roster, () => true)
  await connected(client)
  let changes = 0
  roster.subscribe(() => (changes += 1))
  client.end()
  await expect.poll(() => network.connections()).toBe(0)
  await join(ada, id, await newUser(node(), 'Grace'), 'viewer')
  expect([changes, codes, roster.state?.members.length]).toEqual([1, [], 1])
})

function clientOf(person: Person): Rollcall {
  const [url, own] = [`http://127.0.0.1:${network.port}`, `127.0.0.1:${node().port}`]
  return createRollcall({
    url,
    cookie: person.cookie(),
    // the network in between is none that the node knows of: it is under its own name that it is asked
    headers: { host: own, origin: `http://${own}` },
    fetch: (asked, init) => fetch((asked as string).replace(url, `http://${own}`), init),
  })
}

/** As many events more as the last one was, as if so much had happened. */
async function appendAlike(workspaceId: string, count: number): Promise<void> {
  const stream = `workspace:${workspaceId}`
  await node().owner.begin((tx) => [
    tx`
      insert into events
      select (jsonb_populate_record(e, jsonb_build_object('position', e.position + n))).*
      from events e join streams s on s.name = e.stream and s.position = e.position, generate_series(1, ${count}::int) as n
      where e.stream = ${stream}`,
    tx`update streams set position = position + ${count} where name = ${stream}`,
  ])
}

function rename(person: Person, workspaceId: string, displayName: string) {
  return person.patch(`/api/workspaces/${workspaceId}/membership`, { displayName })
}

async function connected(client: Rollcall): Promise<void> {
  await expect.poll(() => client.connection).toBe('live')
}

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

/** The first state, this one or a later one, of which it is true. */
function until(
  roster: { subscribe: (listener: (state: RosterState) => void) => () => void },
  isTrue: (state: RosterState) => boolean,
): Promise<RosterState> {
  return new Promise((resolve) => {
    // what comes behind the first one changes nothing, and ends with the client
    roster.subscribe((state) => {
      if (isTrue(state)) resolve(state)
    })
  })
}
