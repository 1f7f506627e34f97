import { expect, test } from 'vitest'
import { cleanUp } from '#server/jobs/clean-up.ts'
import { coreOf, newDesk } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password } from '../support/people.ts'

const node = useNode()

type Entry = {
  method: string
  route: string
  status: number
  code: string | null
  userId: string | null
  tenantId: string | null
  targetId: string | null
}

/** What was written down from `since` on, in order, once there are so many. */
async function entriesSince(since: string, many: number): Promise<Entry[]> {
  const read = () => node().owner<Entry[]>`
    select method, route, status, code, user_id as "userId", tenant_id as "tenantId", target_id as "targetId"
    from audit
    where id > ${since}
    order by id`
  await expect.poll(async () => (await read()).length).toBe(many)
  return read()
}

/** The last entry, once nothing is on its way any more. */
async function lastEntry(): Promise<string> {
  const marker = newPerson(node())
  await marker.post('/api/auth/sign-in', { email: marker.email, password: 'nobody has this 1' })
  const read = async () => (await node().owner<{ id: string; code: string }[]>`select id, code from audit order by id desc limit 1`)[0] // prettier-ignore
  await expect.poll(async () => (await read())?.code).toBe('invalid_credentials')
  return (await read())?.id ?? '0'
}

test('176 signing in, right and wrong, and signing out are written down, with whose account it was', async () => {
  const ada = await newUser(node())
  const { user } = await ada.me()
  const since = await lastEntry()
  const browser = newPerson(node())
  await browser.post('/api/auth/sign-in', { email: ada.email, password: 'wrong horse 12' })
  await browser.post('/api/auth/sign-in', { email: ada.email, password })
  await browser.post('/api/auth/sign-out')
  expect(await entriesSince(since, 3)).toMatchObject([
    { method: 'POST', route: '/api/auth/sign-in', status: 401, code: 'invalid_credentials', userId: user.id },
    { method: 'POST', route: '/api/auth/sign-in', status: 200, code: null, userId: user.id },
    { method: 'POST', route: '/api/auth/sign-out', status: 204, code: null, userId: user.id },
  ])
})

test('176 changes of people and refusals are written down, with the workspace and whom they meant', async () => {
  const { ada, grace, barbara, workspace } = await newTeam(node())
  const { members } = await ada.roster(workspace.id)
  const target = members.find(({ email }) => email === grace.email)?.id
  const path = `/api/workspaces/${workspace.id}/members/${target}`
  const users = await Promise.all([barbara, ada].map(async (one) => (await one.me()).user.id))
  const since = await lastEntry()
  await barbara.patch(path, { role: 'viewer' })
  await ada.patch(path, { role: 'viewer' })
  await ada.post('/api/invitations/accept', { token: `\r\nforged line ${'x'.repeat(40)}` })
  const [refused, changed, forged] = await entriesSince(since, 3)
  const about = { method: 'PATCH', route: '/api/workspaces/:workspaceId/members/:memberId', tenantId: workspace.id, targetId: target } // prettier-ignore
  expect(refused).toEqual({ ...about, status: 403, code: 'forbidden', userId: users[0] })
  expect(changed).toEqual({ ...about, status: 200, code: null, userId: users[1] })
  expect(forged).toMatchObject({ route: '/api/invitations/accept', status: 404, tenantId: null, targetId: null })
})

test('176 a key that is none is written down, and what is written in an agent is no matter of it', async () => {
  const { ada, path } = await newDesk(node())
  const since = await lastEntry()
  const ask = (secret: string) =>
    fetch(`${node().url}/api/v1/conversations`, { headers: { authorization: `Bearer ${secret}` } })
  await ada.post(`${path}/contacts`, { name: 'Kay' })
  await ask('rk_of_nobody')
  expect(await entriesSince(since, 1)).toMatchObject([
    { method: 'GET', status: 401, code: 'invalid_api_key', tenantId: null },
  ])
})

test('176 the log holds no names, emails or secrets, and the application can neither read it nor change it', async () => {
  const ada = await newUser(node())
  await lastEntry()
  const rows = await node().owner<{ row: string }[]>`select audit::text as row from audit`
  expect(rows.length).toBeGreaterThan(0)
  for (const { row } of rows) expect(row).not.toMatch(/@|example|horse|rollcall_session/)
  expect(ada.email).toContain('@')
  const { sql } = node()
  await expect(sql.run((tx) => tx`select id from audit`)).rejects.toThrow(/permission denied/)
  await expect(sql.run((tx) => tx`update audit set code = null`)).rejects.toThrow(/permission denied/)
  await expect(sql.run((tx) => tx`delete from audit`)).rejects.toThrow(/permission denied/)
})

test('what is older than half a year is forgotten', async () => {
  await lastEntry()
  await node().owner`update audit set at = now() - interval '181 days' where id = (select min(id) from audit)`
  const count = async () => Number((await node().owner`select count(*) from audit`)[0]?.count)
  const before = await count()
  await cleanUp(coreOf(node()))
  expect(await count()).toBe(before - 1)
})
