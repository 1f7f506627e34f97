import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, type Failure, type Person } from '../support/people.ts'

const node = useNode()

test('62 63 an id of another workspace in a path of one’s own is answered like one that does not exist', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  const { body: theirs } = await two.ada.invite(two.workspace.id, 'theirs@example.com')
  const before = await two.ada.roster(two.workspace.id)
  const w = `/api/workspaces/${one.workspace.id}`
  const calls = (memberId: string, invitationId: string) => [
    () => one.ada.patch<Failure>(`${w}/members/${memberId}`, { role: 'viewer' }),
    () => one.ada.delete<Failure>(`${w}/members/${memberId}`),
    () => one.ada.patch<Failure>(`${w}/invitations/${invitationId}`, { role: 'admin' }),
    () => one.ada.post<Failure>(`${w}/invitations/${invitationId}/resend`),
    () => one.ada.delete<Failure>(`${w}/invitations/${invitationId}`),
  ]
  const nowhere = calls(crypto.randomUUID(), crypto.randomUUID())
  for (const [index, call] of calls(two.edsgerId, theirs.id).entries()) {
    const [foreign, missing] = [await call(), await nowhere[index]?.()]
    expect(foreign.status).toBe(404)
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...missing?.body, requestId: '' })
  }
  expect(await two.ada.roster(two.workspace.id)).toEqual(before)
})

test('62 a body that names a workspace, a person or an id beside the path is refused', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  const w = `/api/workspaces/${one.workspace.id}`
  for (const extra of [
    { workspaceId: two.workspace.id },
    { id: two.graceId },
    { userId: two.ada.userId },
    { accountId: two.workspace.accountId },
  ]) {
    const answers = [
      await one.ada.post('/api/workspaces', { name: 'Fine', ...extra }),
      await one.ada.patch(w, { name: 'Fine', ...extra }),
      await one.ada.patch(`${w}/members/${one.edsgerId}`, { role: 'viewer', ...extra }),
      await one.ada.patch(`${w}/membership`, { displayName: 'Fine', ...extra }),
      await one.ada.post(`${w}/invitations`, { email: 'a@example.com', role: 'viewer', ...extra }),
      await one.ada.call('PUT', '/api/account/plan', { plan: 'free', ...extra }),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400))
  }
})

test('66 the workspace and the person come from the path and the session, never from a header or a cookie', async () => {
  const one = await newTeam(node())
  const two = await newTeam(node())
  const { id } = two.workspace
  const claims = {
    'X-Workspace-Id': id,
    'X-Tenant': id,
    'X-User-Id': two.ada.userId,
    'X-Role': 'owner',
    'X-Original-URL': `/api/workspaces/${id}`,
    'X-HTTP-Method-Override': 'DELETE',
  }
  const cookie = `${one.ada.cookie()}; workspaceId=${id}; userId=${two.ada.userId}`
  const answer = await one.ada.call<{ id: string }>('GET', `/api/workspaces/${one.workspace.id}`, undefined, {
    ...claims,
    Cookie: cookie,
  })
  expect(answer).toMatchObject({ status: 200, body: { id: one.workspace.id } })
  expect((await one.ada.call('GET', `/api/workspaces/${id}`, undefined, claims)).status).toBe(404)
  const me = await one.ada.call<{ user: { id: string } }>('GET', '/api/me', undefined, claims)
  expect(me.body.user.id).toBe(one.ada.userId)
  expect(
    (
      await newPerson(node()).call('GET', '/api/me', undefined, {
        ...claims,
        Authorization: `Bearer ${one.ada.cookie().split('=')[1]}`,
      })
    ).status,
  ).toBe(401)
})

test('74 a handle tells a stranger nothing: somebody’s, nobody’s and a former one are answered alike', async () => {
  const { ada, mallory, workspace } = await newTeam(node())
  await ada.patch(`/api/workspaces/${workspace.id}`, { handle: `moved-${workspace.id.slice(-8)}` })
  const handles = [
    workspace.handle,
    `moved-${workspace.id.slice(-8)}`,
    'nobody-has-this',
    'admin',
    'Not a handle!',
    '..',
    '%00',
  ]
  const answers = await Promise.all(
    handles.map((handle) => mallory.get<Failure>(`/api/workspaces/by-handle/${encodeURIComponent(handle)}`)),
  )
  const shapes = answers.map(({ status, body, headers }) =>
    JSON.stringify({ status, body: { ...body, requestId: '' }, headers: [...headers.keys()] }),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404))
  expect(new Set(shapes).size).toBe(1)
})

test('57 58 59 76 nobody raises themselves or changes another’s profile, whatever their role', async () => {
  const { ada, grace, edsger, barbara, adaId, graceId, edsgerId, barbaraId, workspace } = await newTeam(node())
  const w = `/api/workspaces/${workspace.id}`
  const before = (await ada.roster(workspace.id)).members
  for (const [person, ownId] of [[edsger, edsgerId], [barbara, barbaraId]] as const) {
    expect((await person.patch(`${w}/members/${ownId}`, { role: 'admin' })).status).toBe(403)
    expect((await person.patch(w, { handle: 'taken-over' })).status).toBe(403)
    expect((await person.delete(w)).status).toBe(403)
  }
  expect((await grace.patch(`${w}/members/${graceId}`, { role: 'owner' })).status).toBe(400)
  expect((await grace.patch(`${w}/members/${adaId}`, { role: 'viewer' })).status).toBe(403)
  expect((await ada.patch(`${w}/members/${adaId}`, { role: 'admin' })).status).toBe(403)
  for (const person of [ada, grace, edsger]) {
    for (const body of [{ displayName: 'Not me' }, { role: 'viewer', displayName: 'Not me' }, { role: 'viewer', avatarUrl: '/x' }]) {
      expect((await person.patch(`${w}/members/${barbaraId}`, body)).status).toBe(400)
    }
    expect((await person.patch(`${w}/members/${barbaraId}/membership`, { displayName: 'Not me' })).status).toBe(404)
  }
  expect((await ada.roster(workspace.id)).members).toEqual(before)
}) // prettier-ignore

test('61 64 whoever is removed has nothing any more: not the roster, the log, the profile, nor the cached ETag', async () => {
  const { ada, edsger, edsgerId, workspace } = await newTeam(node())
  const w = `/api/workspaces/${workspace.id}`
  const { headers } = await edsger.get(`${w}/roster`)
  const fresh = { 'If-None-Match': headers.get('etag') ?? '' }
  expect((await edsger.call('GET', `${w}/roster`, undefined, fresh)).status).toBe(304)
  await ada.delete(`${w}/members/${edsgerId}`)
  for (const path of [
    w,
    `${w}/roster`,
    `${w}/events`,
    `${w}/membership`,
    `/api/workspaces/by-handle/${workspace.handle}`,
  ]) {
    expect((await edsger.call('GET', path, undefined, fresh)).status, path).toBe(404)
  }
  expect((await edsger.put(`${w}/membership/avatar`, new TextEncoder().encode('x'))).status).toBe(404)
  expect((await edsger.me()).workspaces.map(({ id }) => id)).not.toContain(workspace.id)
})

test('67 two people with the same key, in the same moment, get each their own answer', async () => {
  const people = await Promise.all(Array.from({ length: 10 }, (_, n) => newUser(node(), `P${n}`)))
  const key = { 'Idempotency-Key': 'the same for everybody' }
  const made = await Promise.all(
    people.map((person) => person.post<{ id: string; name: string }>('/api/workspaces', { name: person.name }, key)),
  )
  expect(made.map(({ body }) => body.name)).toEqual(people.map(({ name }) => name))
  for (const [index, person] of people.entries()) {
    expect((await person.me()).workspaces.map(({ id }) => id)).toContain(made[index]?.body.id)
  }
})

test('54 a thousand requests of ten people at once: nobody is ever answered as somebody else', async () => {
  const people = await Promise.all(Array.from({ length: 10 }, (_, n) => newUser(node(), `Q${n}`)))
  // a hundred under way at a time: more than there are connections, fewer than a node has waiting before it refuses
  const asking = Array.from({ length: 100 }, async (_, first) => {
    for (const n of Array.from({ length: 10 }, (_, turn) => first + 100 * turn)) {
      const person = people[(n + Math.floor(n / 100)) % 10] as Person
      const { status, body } = await person.get<{ user: { id: string } }>('/api/me')
      expect([status, body.user.id]).toEqual([200, person.userId])
    }
  })
  await Promise.all(asking)
})

test('84 85 leaving against accepting the last seat: both orders end with no more members than seats, the Owner uncounted', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(1)
  const workspace = await ada.createWorkspace()
  for (const n of Array.from({ length: 8 }, (_, n) => n)) {
    const [going, coming] = await Promise.all([newUser(node(), `Going${n}`), newUser(node(), `Coming${n}`)])
    const first = await ada.inviteByMail(workspace.id, going.email)
    expect((await going.accept(first.token)).status).toBe(200)
    const second = await ada.inviteByMail(workspace.id, coming.email)
    const [left, accepted] = await Promise.all([
      going.post(`/api/workspaces/${workspace.id}/leave`),
      coming.accept(second.token),
    ])
    expect(left.status).toBe(204)
    expect([200, 409]).toContain(accepted.status)
    // too early it waited, and was let in by the very leaving
    const { members, seats } = await ada.roster(workspace.id)
    expect(members.map(({ email }) => email).sort()).toEqual([ada.email, coming.email].sort())
    expect(seats).toMatchObject({ limit: 1, active: 1, used: 1, waiting: 0, over: 0 })
    expect((await coming.post(`/api/workspaces/${workspace.id}/leave`)).status).toBe(204)
  }
})

test('87 the database keeps one default workspace for an account, and one account for a person', async () => {
  const { owner } = node()
  const ada = await newUser(node())
  const other = await ada.createWorkspace('Other')
  await expect(owner`update workspaces set is_default = true where id = ${other.id}`).rejects.toMatchObject({
    code: '23505',
  })
  await expect(
    owner`insert into accounts (id, owner_id, seats) values (gen_random_uuid(), ${ada.userId}, '{}')`,
  ).rejects.toMatchObject({ code: '23505' })
})

test('92 the order of workspaces is one, also among those of the same name', async () => {
  const ada = await newUser(node(), 'Zed')
  for (const name of ['Same', 'Same', 'same', 'Älpha', 'beta', 'Same']) await ada.createWorkspace(name)
  const ids = async () => (await ada.me()).workspaces.map(({ id }) => id)
  const first = await ids()
  expect(first).toHaveLength(7)
  expect((await ada.me()).workspaces[0]?.isDefault).toBe(true)
  for (const _ of Array.from({ length: 5 })) expect(await ids()).toEqual(first)
  const { body } = await ada.get<{ workspaces: { id: string }[] }>('/api/workspaces')
  expect(body.workspaces.map(({ id }) => id)).toEqual(first)
})
