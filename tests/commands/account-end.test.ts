import { expect, test } from 'vitest'
import type { AccountExport, SessionsAnswer } from '#shared/protocol/account.ts'
import { accountExportAnswer } from '#shared/protocol/account.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { newDesk } from '../support/desk.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password, type Failure, type Person } from '../support/people.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S3 a deleted account is gone with its own workspaces and its memberships, and its seat is free', async () => {
  const { ada, barbara, workspace } = await newTeam(node())
  const other = await barbara.createWorkspace('Barbara’s other')
  const live = await connectLive(node(), barbara)
  const stream = streamOf('user', barbara.userId)
  await live.watch(stream)
  const before = (await ada.roster(workspace.id)).seats.used
  const { status } = await verifyCommand(node(), ada, workspace.id, [ada], () => remove(barbara))
  expect(status).toBe(204)
  await live.until(() => live.disconnected() !== null)
  const { members, seats } = await ada.roster(workspace.id)
  expect(members.map(({ userId }) => userId)).not.toContain(barbara.userId)
  expect(seats.used).toBe(before - 1)
  expect((await barbara.get('/api/me')).status).toBe(401)
  expect((await barbara.signIn()).status).toBe(401)
  await node().mail.nextAboutAccount(barbara.email, /account was deleted/)
  expect(await rowsOf(barbara, other.id)).toEqual({ users: 0, accounts: 0, workspaces: 0, streams: 0, sessions: 0 })
  // the address is free again, for somebody who has nothing of it
  const again = await newPerson(node(), 'Barbara').post<{ workspaces: unknown[] }>('/api/auth/sign-up', {
    email: barbara.email, password, name: 'Another Barbara',
  }) // prettier-ignore
  expect([again.status, again.body.workspaces.length]).toEqual([201, 1])
})

test('it is refused while others are in a workspace of theirs, or agents are; it says which, and changes nothing', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const shared = await remove(ada)
  expect(shared).toMatchObject({ status: 409, body: { code: 'owns_workspaces' } })
  expect(shared.body.detail).toContain(`“${workspace.name}”`)
  expect((await ada.roster(workspace.id)).members).toHaveLength(4)
  const own = await grace.createWorkspace('Grace’s own')
  const { body: agent } = await grace.createAgent(own.id)
  const busy = await remove(grace)
  expect(busy).toMatchObject({ status: 409, body: { code: 'workspace_has_agents' } })
  expect(busy.body.detail).toContain('“Grace’s own”')
  await grace.delete(`/api/workspaces/${own.id}/agents/${agent.id}`)
  const wrong = await grace.call<Failure>('DELETE', '/api/account', { password: 'wrong horse 42' })
  expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } })
  expect((await remove(grace)).status).toBe(204)
})

test('S3 whoever waits for a seat gives up their place in the line with their account', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace()
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  expect((await kay.accept(token)).status).toBe(409)
  const { status } = await verifyCommand(node(), ada, workspace.id, [ada], () => remove(kay))
  expect(status).toBe(204)
  expect((await ada.roster(workspace.id)).invitations).toEqual([])
})

test('deleting an account against joining with it: gone and no member, or a member and then gone', async () => {
  for (const n of Array.from({ length: 6 }, (_, n) => n)) {
    const ada = await newUser(node(), `Ada${n}`)
    await ada.setAddonSeats(1)
    const workspace = await ada.createWorkspace()
    const kay = await newUser(node(), `Kay${n}`)
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const [gone, joined] = await verifyCommand(node(), ada, workspace.id, [ada], () =>
      Promise.all([remove(kay), kay.accept(token)]),
    )
    expect(gone.status).toBe(204)
    expect([200, 401]).toContain(joined.status)
    const { members, seats } = await ada.roster(workspace.id)
    expect(members.map(({ userId }) => userId)).toEqual([ada.userId])
    expect(seats.active).toBe(0)
  }
})

test('deleting an account against inviting into its workspace, twice at once, and against signing in', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(3)
  const workspace = await ada.createWorkspace()
  const kay = await newUser(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email)
  const answers = await Promise.all([remove(ada), remove(ada), kay.accept(token), ada.signIn()])
  for (const { status } of answers) expect([200, 204, 401, 404, 409]).toContain(status)
  const deleted = answers.slice(0, 2).some(({ status }) => status === 204)
  expect(deleted ? 0 : 1).toBe(Number((await rowsOf(ada, workspace.id)).workspaces))
})

test('a copy of what is kept of somebody has all of it, and nothing of anybody else', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, edsgerId, workspace } = desk
  const { id } = await desk.begin(ada, { text: 'Hello?' })
  await desk.write(edsger, id, 'Good day!')
  await desk.write(ada, id, 'From me, too')
  const { status, body, headers } = await edsger.get<AccountExport>('/api/account/export')
  expect(status).toBe(200)
  expect(headers.get('content-disposition')).toContain('attachment')
  expect(accountExportAnswer.parse(body)).toEqual(body)
  expect(body.user).toMatchObject({ id: edsger.userId, email: edsger.email })
  expect(body.memberships.map((one) => one.workspace.id)).toContain(workspace.id)
  expect(body.sessions).toHaveLength(1)
  expect(body.messages).toMatchObject([{ conversationId: id, text: 'Good day!' }])
  for (const stranger of [ada.email, ada.userId]) expect(JSON.stringify(body)).not.toContain(stranger)
  expect(edsgerId).not.toBe('')
})

test('the sessions show where somebody is signed in, live; ending one signs out there and nowhere else', async () => {
  const ada = await newUser(node())
  const elsewhere = newPerson(node(), 'Ada')
  const live = await connectLive(node(), ada)
  const stream = streamOf('user', ada.userId)
  await live.watch(stream, (await ada.me()).position)
  await elsewhere.call('POST', '/api/auth/sign-in', { email: ada.email, password }, { 'User-Agent': 'Firefox/99' })
  await live.until(() => live.eventsOf(stream).some(({ type }) => type === 'session.started'))
  const { sessions } = (await ada.get<SessionsAnswer>('/api/auth/sessions')).body
  expect(sessions).toMatchObject([{ current: true }, { current: false, userAgent: 'Firefox/99' }])
  expect(JSON.stringify(sessions)).not.toMatch(/[0-9a-f]{64}/)
  const other = await connectLive(node(), elsewhere)
  const path = `/api/auth/sessions/${sessions[1]?.id}`
  expect((await newUser(node(), 'Kay').then((kay) => kay.delete(path))).status).toBe(404)
  expect((await ada.delete(path)).status).toBe(204)
  await other.until(() => other.disconnected() !== null)
  expect((await elsewhere.get('/api/me')).status).toBe(401)
  await live.until(() => live.eventsOf(stream).some(({ type }) => type === 'session.ended'))
  expect((await ada.get('/api/me')).status).toBe(200)
  expect((await ada.delete(path)).status).toBe(404)
  const own = `/api/auth/sessions/${sessions[0]?.id}`
  expect((await ada.delete(own)).status).toBe(204)
  expect((await ada.get('/api/me')).status).toBe(401)
  live.close()
})

test('38 a session ends when it was not used for 30 days, and after 90 days however much it was', async () => {
  for (const change of [`expires_at = now()`, `created_at = now() - interval '90 days'`]) {
    const ada = await newUser(node())
    expect((await ada.get('/api/me')).status).toBe(200)
    await node().owner.unsafe(`update sessions set ${change} where user_id = $1`, [ada.userId])
    expect((await ada.get('/api/me')).status).toBe(401)
  }
})

test('when a session was used last is kept to within minutes', async () => {
  const ada = await newUser(node())
  await node().owner`update sessions set last_seen_at = now() - interval '1 hour' where user_id = ${ada.userId}`
  await ada.me()
  const ago = async () => {
    const [session] = (await ada.get<SessionsAnswer>('/api/auth/sessions')).body.sessions
    return Date.now() - Date.parse(session?.lastSeenAt ?? '')
  }
  await expect.poll(ago).toBeLessThan(60_000)
})

function remove(person: Person) {
  return person.call<Failure>('DELETE', '/api/account', { password })
}

async function rowsOf({ userId }: Person, workspaceId: string) {
  const [rows] = await node().owner`
    select
      (select count(*)::int from users where id = ${userId}) as users,
      (select count(*)::int from accounts where owner_id = ${userId}) as accounts,
      (select count(*)::int from workspaces where id = ${workspaceId}) as workspaces,
      (select count(*)::int from streams where name = ${streamOf('user', userId)}) as streams,
      (select count(*)::int from sessions where user_id = ${userId}) as sessions`
  return rows as Record<'users' | 'accounts' | 'workspaces' | 'streams' | 'sessions', number>
}
