import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from '../support/live.ts'
import { linkTokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newUser, password, type Failure, type Person } from '../support/people.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()
const another = 'gentle river 77'

test('S3 39 40 a forgotten password is chosen anew by an emailed link: all sessions end, and the link works once', async () => {
  const ada = await newUser(node())
  const elsewhere = sameAs(ada)
  await elsewhere.signIn()
  const live = await connectLive(node(), elsewhere)
  const stream = streamOf('user', ada.userId)
  await live.watch(stream)
  const token = await resetTokenOf(ada)
  const { status } = await reset(token, another)
  expect(status).toBe(204)
  await live.until(() => live.disconnected() !== null)
  expect(live.closed).toContainEqual({ stream, code: 'signed_out' })
  for (const person of [ada, elsewhere]) expect((await person.get('/api/me')).status).toBe(401)
  expect((await ada.signIn()).status).toBe(401)
  expect((await signInWith(ada, another)).status).toBe(200)
  expect((await ada.me()).user.emailVerified).toBe(true)
  const again = await reset(token, 'other river 78')
  expect(again).toMatchObject({ status: 404, body: { code: 'link_not_found' } })
  const { text } = await node().mail.nextAboutAccount(ada.email, /Your password was changed/)
  expect(text).not.toContain(another)
})

test('34 whether an address has an account shows neither in the answer nor in an email to a stranger', async () => {
  const ada = await newUser(node())
  const nobody = `nobody.${ada.userId}@example.com`
  const answers = [await forgot(ada.email), await forgot(nobody), await forgot(ada.email.toUpperCase())]
  for (const { status, body } of answers) expect([status, body]).toEqual([202, ''])
  await node().mail.nextAboutAccount(ada.email, /Choose a new password/)
  // the jobs of one lane are done one after the other
  const barrier = await newUser(node())
  await resetTokenOf(barrier)
  expect(node().mail.aboutAccount(nobody)).toEqual([])
})

test('40 of several links the latest works, for half an hour; what is no link is answered like one that was used', async () => {
  const ada = await newUser(node())
  const first = await resetTokenOf(ada)
  await forgot(ada.email)
  await expect.poll(() => resetMails(ada)).toHaveLength(2)
  const latest = linkTokenIn(resetMails(ada).at(-1) as never, 'reset')
  const dead = await reset(first, another)
  const unknown = await reset('x'.repeat(43), another)
  expect(dead.status).toBe(404)
  expect(without(dead.body)).toEqual(without(unknown.body))
  await node().owner`update account_links set expires_at = now() where user_id = ${ada.userId}`
  expect((await reset(latest, another)).status).toBe(404)
  expect((await ada.signIn()).status).toBe(200)
  const [{ inTime } = { inTime: false }] = await node().owner<{ inTime: boolean }[]>`
    select ${await expiryOfNext(ada)}::timestamptz between now() + interval '29 minutes' and now() + interval '30 minutes' as in_time`
  expect(inTime).toBe(true)
})

test('40 of two who use a link at once one succeeds; nothing of it is stored but its hash', async () => {
  const ada = await newUser(node())
  const token = await resetTokenOf(ada)
  const [{ kept } = { kept: '' }] = await node().owner<{ kept: string }[]>`
    select coalesce(string_agg(l::text, ''), '') || (select coalesce(string_agg(j::text, ''), '') from graphile_worker._private_jobs j) as kept
    from account_links l`
  expect(kept).not.toContain(token)
  const answers = await Promise.all([another, 'other river 78'].map((next) => reset(token, next)))
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 404])
}) // prettier-ignore

test('44 a password is kept as Argon2id of at least the cost that is asked for, and one that is too long is not even hashed', async () => {
  const ada = await newUser(node())
  const [row] = await node().owner<{ hash: string }[]>`select password_hash as hash from users where id = ${ada.userId}`
  expect(row?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const body = { email: 'large@example.com', password: 'x'.repeat(50_000), name: 'Large' }
  const long = await newPerson(node()).post('/api/auth/sign-up', body)
  expect(long).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ path: 'password' }] } })
})

test('45 a new password is judged like a first one, and a refused one uses nothing up', async () => {
  const ada = await newUser(node())
  const token = await resetTokenOf(ada)
  for (const next of ['short', 'password123', ada.email.split('@')[0] ?? '']) {
    expect(await reset(token, next)).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ path: 'password' }] } })
  }
  expect((await reset(token, another)).status).toBe(204)
}) // prettier-ignore

test('S3 39 a changed password ends every other session and keeps this one', async () => {
  const ada = await newUser(node())
  const [home] = (await ada.me()).workspaces
  const elsewhere = sameAs(ada)
  await elsewhere.signIn()
  const wrong = await ada.post<Failure>('/api/auth/password/change', { current: 'wrong horse 42', next: another })
  expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials', errors: [{ path: 'current' }] } })
  expect((await elsewhere.get('/api/me')).status).toBe(200)
  const { status } = await verifyCommand(node(), ada, home?.id ?? '', [ada], () =>
    ada.post('/api/auth/password/change', { current: password, next: another }),
  )
  expect(status).toBe(204)
  expect((await ada.get('/api/me')).status).toBe(200)
  expect((await elsewhere.get('/api/me')).status).toBe(401)
  expect((await sameAs(ada).signIn()).status).toBe(401)
  expect((await signInWith(ada, another)).status).toBe(200)
})

test('39 whoever signs in by the old password while it is changed has no session behind that', async () => {
  for (const n of Array.from({ length: 6 }, (_, n) => n)) {
    const ada = await newUser(node(), `Ada${n}`)
    const other = sameAs(ada)
    const [changed, signedIn] = await Promise.all([
      ada.post('/api/auth/password/change', { current: password, next: another }),
      other.signIn(),
    ])
    expect(changed.status).toBe(204)
    expect([200, 401]).toContain(signedIn.status)
    expect((await other.get('/api/me')).status).toBe(401)
  }
})

function sameAs(person: Person) {
  const other = newPerson(node(), person.name)
  return { ...other, signIn: () => other.post('/api/auth/sign-in', { email: person.email, password }) }
}

function signInWith(person: Person, given: string) {
  return person.post('/api/auth/sign-in', { email: person.email, password: given })
}

function forgot(email: string) {
  return newPerson(node()).post('/api/auth/password/forgot', { email })
}

function reset(token: string, next: string) {
  return newPerson(node()).post<Failure>('/api/auth/password/reset', { token, password: next })
}

function resetMails({ email }: Person) {
  return node().mail.aboutAccount(email).filter(({ subject }) => /new password/.test(subject))
} // prettier-ignore

async function resetTokenOf(person: Person): Promise<string> {
  await forgot(person.email)
  return linkTokenIn(await node().mail.nextAboutAccount(person.email, /Choose a new password/), 'reset')
}

async function expiryOfNext(person: Person): Promise<string> {
  await forgot(person.email)
  await expect.poll(() => resetMails(person)).toHaveLength(3)
  const [row] = await node().owner<{ expiresAt: string }[]>`
    select expires_at from account_links where user_id = ${person.userId} and kind = 'reset'`
  return row?.expiresAt ?? ''
}

function without(body: Failure): object {
  const { requestId: _, ...rest } = body as Failure & { requestId?: string }
  return rest
}
