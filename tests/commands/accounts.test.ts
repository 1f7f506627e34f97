import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newUser, password, type Failure, type Person } from '../support/people.ts'
import { verifyCommand, verifyFromTheStart } from '../support/verify-command.ts'

const node = useNode()

test('S3 signing up makes the user, the account and the default workspace, all at once', async () => {
  const kay = newPerson(node(), 'Kay')
  const { status, body, headers } = await kay.signUp()
  expect(status).toBe(201)
  expect(body).toMatchObject({
    user: { email: kay.email, name: 'Kay', emailVerified: false },
    workspaces: [{ name: 'Kay’s workspace', isDefault: true, role: 'owner', memberCount: 1 }],
  })
  expect(body).not.toHaveProperty('invitation')
  expect(headers.get('set-cookie')).toMatch(/^rollcall_session=[\w-]{43}; .*HttpOnly; SameSite=Lax$/)
  const { account, workspaces } = await kay.me()
  expect(account).toMatchObject({ plan: 'free', includedSeats: 0, addonSeats: 0, seats: { limit: 0, used: 0 } })
  await verifyFromTheStart(node(), kay, workspaces[0]?.id ?? '')
})

test('one address is one account, however it is written, and a refused sign-up leaves nothing behind', async () => {
  const kay = await newUser(node(), 'Kay')
  const before = await rowsEverywhere()
  for (const email of [kay.email, kay.email.toUpperCase(), `  ${kay.email} `]) {
    const answer = await newPerson(node()).post('/api/auth/sign-up', { email, password, name: 'Kay again' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'email_taken' } })
    expect(answer.headers.get('set-cookie')).toBeNull()
  }
  const refused = [
    { password: 'password123', path: 'password' },
    { password: 'seven77', path: 'password' },
    { password: kay.email.split('@')[0], path: 'password' },
    { email: 'kay＠example.com', path: 'email' },
    { name: '\u202eyaK', path: 'name' },
  ]
  for (const { path, ...given } of refused) {
    const body = { email: kay.email, password, name: 'Kay', ...given }
    const answer = await newPerson(node()).post('/api/auth/sign-up', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ path }] } })
  }
  expect(await rowsEverywhere()).toEqual(before)
})

test('S3 signing up by an invitation with no seat left: an account and a place in the line, no membership', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace()
  const kay = newPerson(node(), 'Kay')
  const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email, 'viewer')
  const { status, body } = await verifyCommand(node(), ada, workspace.id, [ada], () => kay.signUp(token))
  expect(status).toBe(201)
  expect(body).toMatchObject({ user: { emailVerified: true }, invitation: 'waiting' })
  expect(body.workspaces.map(({ isDefault }) => isDefault)).toEqual([true])
  const me = await kay.me()
  expect(me.waiting).toMatchObject([{ invitationId: invitation.id, workspaceName: workspace.name, role: 'viewer' }])
  expect((await ada.roster(workspace.id)).invitations[0]?.askedAt).toBe(me.waiting[0]?.askedAt)
  await verifyFromTheStart(node(), kay, me.workspaces[0]?.id ?? '')
})

test('3 S3 signing up by an invitation that holds a seat: a member from the first moment, with the address of the link', async () => {
  const ada = await newUser(node())
  await ada.setAddonSeats(1)
  const workspace = await ada.createWorkspace()
  const kay = newPerson(node(), 'Kay')
  const { token } = await ada.inviteByMail(workspace.id, kay.email, 'admin')
  const body = { email: 'other@example.com', password, name: 'Kay', invitationToken: token }
  const answer = await verifyCommand(node(), ada, workspace.id, [ada], () => kay.post('/api/auth/sign-up', body))
  expect(answer).toMatchObject({
    status: 201,
    body: { user: { email: kay.email, emailVerified: true }, invitation: 'accepted' },
  })
  const own = (await kay.me()).workspaces
  expect(own.map(({ role }) => role)).toEqual(['owner', 'admin'])
  await verifyFromTheStart(node(), kay, own[0]?.id ?? '')
})

test('a sign-up by a link that is dead or has expired is refused, and makes no account', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace()
  const kay = newPerson(node(), 'Kay')
  const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email)
  const before = await rowsEverywhere()
  expect(await kay.signUp('no such token')).toMatchObject({ status: 404, body: { code: 'invitation_not_found' } })
  await node().owner`update invitations set expires_at = now() where id = ${invitation.id}`
  expect(await kay.signUp(token)).toMatchObject({ status: 410, body: { code: 'invitation_expired' } })
  expect(await rowsEverywhere()).toEqual(before)
})

test('33 signing in answers a wrong password and an unknown address to the letter alike', async () => {
  const kay = await newUser(node(), 'Kay')
  const attempt = (email: string, given: string) =>
    newPerson(node()).post<Failure & { requestId: string }>('/api/auth/sign-in', { email, password: given })
  const [wrong, unknown] = [await attempt(kay.email, 'wrong horse 42'), await attempt('nobody@example.com', password)]
  expect(wrong.status).toBe(401)
  expect(wrong.body.code).toBe('invalid_credentials')
  expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' })
  expect([...unknown.headers.keys()]).toEqual([...wrong.headers.keys()])
  expect(wrong.headers.get('set-cookie')).toBeNull()
  const right = await attempt(` ${kay.email.toUpperCase()}`, password)
  expect(right).toMatchObject({ status: 200, body: { user: { id: kay.userId, email: kay.email } } })
})

test('35 S3 S7 signing in again in the same browser ends the session that it had', async () => {
  const kay = await newUser(node(), 'Kay')
  const other = await signedIn(kay)
  const before = kay.cookie()
  const live = await connectLive(node(), kay)
  await verifyCommand(node(), other, await ownWorkspace(other), [other], () => kay.signIn())
  await live.until(() => live.disconnected() !== null)
  expect(kay.cookie()).not.toBe(before)
  expect((await newPerson(node()).call('GET', '/api/me', undefined, { Cookie: before })).status).toBe(401)
  expect((await kay.get('/api/me')).status).toBe(200)
  expect(await endedSessions(other)).toHaveLength(1)
})

test('134 S3 S7 signing out tells of that one session, and its sockets are closed', async () => {
  const kay = await newUser(node(), 'Kay')
  const other = await signedIn(kay)
  const live = await connectLive(node(), kay)
  await live.watch(streamOf('user', kay.userId))
  const [session] = await node().owner<{ publicId: string }[]>`
    select public_id from sessions where user_id = ${kay.userId} order by created_at limit 1`
  const { status, headers } = await verifyCommand(node(), other, await ownWorkspace(other), [other], () =>
    kay.post('/api/auth/sign-out'),
  )
  expect(status).toBe(204)
  expect(headers.get('set-cookie')).toMatch(/^rollcall_session=; Max-Age=0/)
  await live.until(() => live.disconnected() !== null)
  expect(live.disconnected()).toBe('io server disconnect')
  expect(await endedSessions(other)).toEqual([session?.publicId])
  expect((await kay.post('/api/auth/sign-out')).status).toBe(401)
})

test('S7 signing out everywhere tells of every session, and none of them opens anything again', async () => {
  const kay = await newUser(node(), 'Kay')
  const browsers = [kay, await signedIn(kay), await signedIn(kay)]
  const sockets = await Promise.all(browsers.map((browser) => connectLive(node(), browser)))
  expect((await kay.post('/api/auth/sign-out-everywhere')).status).toBe(204)
  for (const live of sockets) await live.until(() => live.disconnected() !== null)
  for (const browser of browsers) expect((await browser.get('/api/me')).status).toBe(401)
  expect(await endedSessions(await signedIn(kay))).toHaveLength(3)
})

test('52 beyond 50 sessions the oldest gives way', async () => {
  const kay = await newUser(node(), 'Kay')
  await node().owner`
    insert into sessions (id, public_id, user_id, created_at, last_seen_at, expires_at, user_agent)
    select md5(n::text || ${kay.userId}) || md5(n::text), gen_random_uuid(), user_id,
      created_at + make_interval(secs => n), last_seen_at, expires_at, ''
    from sessions, generate_series(1, 49) n
    where user_id = ${kay.userId}`
  const live = await connectLive(node(), kay)
  const newest = await signedIn(kay)
  await live.until(() => live.disconnected() !== null)
  expect((await kay.get('/api/me')).status).toBe(401)
  expect((await newest.get('/api/me')).status).toBe(200)
})

async function signedIn({ email }: Person): Promise<Person> {
  const again = newPerson(node())
  const { status, body } = await again.post<{ user: { id: string } }>('/api/auth/sign-in', { email, password })
  expect(status).toBe(200)
  again.userId = body.user.id
  return again
}

async function ownWorkspace(person: Person): Promise<string> {
  return (await person.me()).workspaces[0]?.id ?? ''
}

/** The public ids of the sessions that the person's own stream says have ended. */
async function endedSessions(person: Person): Promise<unknown[]> {
  const live = await connectLive(node(), person)
  const answer = await live.watch(streamOf('user', person.userId), 0)
  live.close()
  if (!answer.ok || !('events' in answer)) throw new Error('The person’s own stream could not be watched.')
  return answer.events.flatMap((event) => (event.type === 'session.ended' ? [event.data.sessionId] : []))
}

/** How many rows there are in every table that a sign-up writes. */
async function rowsEverywhere() {
  const [counts] = await node().owner`
    select
      (select count(*) from users) as users, (select count(*) from accounts) as accounts,
      (select count(*) from workspaces) as workspaces, (select count(*) from members) as members,
      (select count(*) from sessions) as sessions, (select count(*) from streams) as streams,
      (select count(*) from events) as events`
  return counts
}
