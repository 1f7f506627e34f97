import { expect, test } from 'vitest'
import type { Invitation, Workspace } from '#shared/protocol/resources.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newUser, password, type Failure, type Person } from '../support/people.ts'

const node = useNode()

test('93 I8 the same key and body again give the first answer, position included, with one effect', async () => {
  const ada = await newUser(node())
  const key = newKey()
  const first = await create(ada, key, { name: 'Once' })
  const again = await create(ada, key, { name: 'Once' })
  expect(first.status).toBe(201)
  expect(again.status).toBe(201)
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('stream-position')).toBe(first.headers.get('stream-position'))
  expect((await ada.me()).workspaces.filter(({ name }) => name === 'Once')).toHaveLength(1)
})

test('I8 without a key, or with another one, the same body is another request', async () => {
  const ada = await newUser(node())
  await create(ada, newKey(), { name: 'Twin' })
  await create(ada, newKey(), { name: 'Twin' })
  await ada.createWorkspace('Twin')
  expect((await ada.me()).workspaces.filter(({ name }) => name === 'Twin')).toHaveLength(3)
})

test('I8 the same key with another body is refused, has no effect, and leaves the first answer', async () => {
  const ada = await newUser(node())
  const key = newKey()
  const first = await create(ada, key, { name: 'One' })
  for (const body of [{ name: 'Two' }, { name: 'One', handle: 'one-by-hand' }]) {
    expect(await create(ada, key, body)).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } })
  }
  expect((await create(ada, key, { name: 'One' })).body).toEqual(first.body)
  expect((await ada.me()).workspaces).toHaveLength(2)
})

test('I8 a key belongs to its user and its route: somebody else’s is another one', async () => {
  const [ada, mallory] = [await newUser(node()), await newUser(node(), 'Mallory')]
  const key = newKey()
  const hers = await create(ada, key, { name: 'Hers' })
  const theirs = await create(mallory, key, { name: 'Hers' })
  expect(theirs.status).toBe(201)
  expect(theirs.body.id).not.toBe(hers.body.id)
  for (const { id } of [hers.body, (await ada.me()).workspaces[0] as Workspace]) {
    expect((await invite(ada, id, key, `kay.${ada.email}`)).status).toBe(201)
  }
  expect((await invite(mallory, hers.body.id, key, `kay.${ada.email}`)).status).toBe(404)
})

test('I8 twenty at once with one key: one effect, and everybody gets its answer', async () => {
  const ada = await newUser(node())
  const key = newKey()
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(ada, key, { name: 'Crowd' })))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect((await ada.me()).workspaces.filter(({ name }) => name === 'Crowd')).toHaveLength(1)
})

test('I8 two bodies at once with one key: one is done, the other refused', async () => {
  const ada = await newUser(node())
  for (let round = 0; round < 10; round += 1) {
    const key = newKey()
    const answers = await Promise.all(['A', 'B'].map((name) => create(ada, key, { name: `${name}${round}` })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422])
  }
  expect((await ada.me()).workspaces).toHaveLength(11)
})

test('I8 an invitation sent again by its key is one invitation and one email', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace()
  const key = newKey()
  const email = `kay.${ada.email}`
  const first = await invite(ada, workspace.id, key, email)
  const again = await invite(ada, workspace.id, key, email)
  expect(again).toMatchObject({ status: 201, body: { id: first.body.id } })
  await expect.poll(emailsToSend, { timeout: 10_000, interval: 20 }).toBe(0)
  expect(node().mail.countTo(email)).toBe(1)
})

test('I8 many invitations sent again by their key give the same results, errors too', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace()
  const key = newKey()
  const invitations = [`a.${ada.email}`, 'nonsense', ada.email].map((email) => ({ email, role: 'viewer' }))
  const send = () =>
    ada.post(`/api/workspaces/${workspace.id}/invitations/batch`, { invitations }, { 'Idempotency-Key': key })
  const first = await send()
  expect(first.status).toBe(207)
  expect((await send()).body).toEqual(first.body)
  expect((await ada.roster(workspace.id)).invitations).toHaveLength(1)
})

test('I8 a request that was refused did nothing, so its key is free for the next try', async () => {
  const [ada, mallory] = [await newUser(node()), await newUser(node(), 'Mallory')]
  const taken = await mallory.createWorkspace('Sought')
  const key = newKey()
  const body = { name: 'Mine', handle: taken.handle }
  expect(await create(ada, key, body)).toMatchObject({ status: 409, body: { code: 'handle_taken' } })
  await mallory.delete(`/api/workspaces/${taken.id}`)
  expect(await create(ada, key, body)).toMatchObject({ status: 201, body: { handle: taken.handle } })
})

test('I8 a replay tells nothing to somebody who has lost the right since', async () => {
  const [ada, grace] = [await newUser(node()), await newUser(node(), 'Grace')]
  await ada.setAddonSeats(5)
  const workspace = await ada.createWorkspace()
  const { token } = await ada.inviteByMail(workspace.id, grace.email, 'admin')
  const memberId = (await grace.accept(token)).body.member.id
  const key = newKey()
  expect((await invite(grace, workspace.id, key, `kay.${ada.email}`)).status).toBe(201)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${memberId}`)
  expect(await invite(grace, workspace.id, key, `kay.${ada.email}`)).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  })
})

test('I8 signing up again by the key is one account, and signs the same person in', async () => {
  const kay = newPerson(node(), 'Kay')
  const key = newKey()
  const first = await signUp(kay, key)
  const again = await signUp(newPerson(node(), 'Kay'), key, kay.email)
  expect([first.status, again.status]).toEqual([201, 201])
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('set-cookie')).toMatch(/^rollcall_session=[\w-]{43};/)
  const [row] = await node().owner<{ n: string }[]>`select count(*) as n from users where email = ${kay.email}`
  expect(Number(row?.n)).toBe(1)
})

test('I8 twenty sign-ups at once with one key: one account', async () => {
  const kay = newPerson(node(), 'Kay')
  const key = newKey()
  const answers = await Promise.all(Array.from({ length: 20 }, () => signUp(newPerson(node(), 'Kay'), key, kay.email)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1)
})

test('I8 a sign-up’s key opens nothing to somebody who does not know its password', async () => {
  const kay = newPerson(node(), 'Kay')
  const key = newKey()
  await signUp(kay, key)
  const mallory = newPerson(node(), 'Kay')
  const answer = await signUp(mallory, key, kay.email, 'another horse 42')
  expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } })
  expect(answer.headers.get('set-cookie')).toBeNull()
  expect((await mallory.get('/api/me')).status).toBe(401)
})

test.each(['', 'x'.repeat(201)])('the key %j is refused', async (key) => {
  const ada = await newUser(node())
  expect(await create(ada, key, { name: 'Never' })).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  expect((await ada.me()).workspaces).toHaveLength(1)
})

async function emailsToSend(): Promise<number> {
  const [row] = await node().owner<{ n: string }[]>`
    select count(*) as n from graphile_worker.jobs where task_identifier = 'send-email'`
  return Number(row?.n)
}

function newKey(): string {
  return crypto.randomUUID()
}

function create(person: Person, key: string, body: { name: string; handle?: string }) {
  return person.post<Workspace & Failure>('/api/workspaces', body, { 'Idempotency-Key': key })
}

function invite(person: Person, workspaceId: string, key: string, email: string) {
  const body = { email, role: 'viewer' }
  const headers = { 'Idempotency-Key': key }
  return person.post<Invitation & Failure>(`/api/workspaces/${workspaceId}/invitations`, body, headers)
}

function signUp(person: Person, key: string, email = person.email, given = password) {
  const body = { email, password: given, name: 'Kay' }
  return person.post<{ user: { id: string } } & Failure>('/api/auth/sign-up', body, { 'Idempotency-Key': key })
}
