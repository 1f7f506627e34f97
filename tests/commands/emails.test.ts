import { expect, test } from 'vitest'
import { connectLive } from '../support/live.ts'
import { linkTokenIn } from '../support/mail.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password, type Failure, type Person } from '../support/people.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S3 an address is confirmed by the link that was sent there, once, whoever opens it', async () => {
  const ada = await newUser(node())
  const token = await verifyTokenOf(ada)
  expect((await ada.me()).user.emailVerified).toBe(false)
  const confirmed = await verifyCommand(node(), ada, await homeOf(ada), [ada], () => verify(token))
  expect(confirmed.status).toBe(204)
  expect((await ada.me()).user.emailVerified).toBe(true)
  expect(await verify(token)).toMatchObject({ status: 404, body: { code: 'link_not_found' } })
  expect(await verify('x'.repeat(43))).toMatchObject({ status: 404, body: { code: 'link_not_found' } })
  expect(await verify(await resetTokenOf(ada))).toMatchObject({ status: 404 })
})

test('the link is sent again on demand, the earlier one works no more, and who is confirmed gets none', async () => {
  const ada = await newUser(node())
  const first = await verifyTokenOf(ada)
  expect((await ada.post('/api/auth/email/verification')).status).toBe(202)
  await expect.poll(() => node().mail.aboutAccount(ada.email)).toHaveLength(2)
  const [, latest] = node().mail.aboutAccount(ada.email)
  expect((await verify(first)).status).toBe(404)
  expect((await verify(linkTokenIn(latest as never, 'verify'))).status).toBe(204)
  expect((await ada.post('/api/auth/email/verification')).status).toBe(202)
  // what is sent later comes later
  await resetTokenOf(ada)
  expect(node().mail.aboutAccount(ada.email)).toHaveLength(3)
})

test('S3 42 another address is asked for by one’s password, confirmed there, told to the former one, and shows everywhere', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const email = `new.${grace.userId}@example.com`
  const asked = await verifyCommand(node(), ada, workspace.id, [ada, grace], () => ask(grace, email))
  expect(asked.status).toBe(202)
  expect(await grace.me()).toMatchObject({ user: { email: grace.email }, pendingEmail: email })
  const notice = await node().mail.nextAboutAccount(grace.email, /asked to change/)
  expect(notice.text).not.toMatch(/#/)
  const token = linkTokenIn(await node().mail.nextAboutAccount(email, /Confirm your new/), 'verify')
  const done = await verifyCommand(node(), ada, workspace.id, [ada, grace], () => verify(token))
  expect(done.status).toBe(204)
  expect(await grace.me()).toMatchObject({ user: { email, emailVerified: true }, pendingEmail: null })
  const row = (await ada.roster(workspace.id)).members.find(({ userId }) => userId === grace.userId)
  expect(row?.email).toBe(email)
  await node().mail.nextAboutAccount(grace.email, /was changed/)
  expect((await grace.signIn()).status).toBe(401)
  expect((await signInAs(email)).status).toBe(200)
})

test('42 41 without the password nothing is asked for; a reset password, and the person themselves, call it off', async () => {
  const ada = await newUser(node())
  const email = `new.${ada.userId}@example.com`
  const wrong = await ada.post<Failure>('/api/auth/email/change', { email, password: 'wrong horse 42' })
  expect(wrong).toMatchObject({ status: 401, body: { code: 'invalid_credentials', errors: [{ path: 'password' }] } })
  expect((await ada.me()).pendingEmail).toBeNull()
  await ask(ada, email)
  const token = linkTokenIn(await node().mail.nextAboutAccount(email, /Confirm your new/), 'verify')
  await verifyCommand(node(), ada, await homeOf(ada), [ada], () => ada.delete('/api/auth/email/change'))
  expect((await ada.me()).pendingEmail).toBeNull()
  expect((await verify(token)).status).toBe(404)
  await ask(ada, email)
  await expect.poll(() => node().mail.aboutAccount(email)).toHaveLength(2)
  const [, second] = node().mail.aboutAccount(email)
  const reset = await resetTokenOf(ada)
  await newPerson(node()).post('/api/auth/password/reset', { token: reset, password: 'gentle river 77' })
  expect((await verify(linkTokenIn(second as never, 'verify'))).status).toBe(404)
})

test('an address of somebody else is refused when it is asked for, and when it was taken meanwhile', async () => {
  const [ada, kay] = [await newUser(node()), await newUser(node(), 'Kay')]
  expect(await ask(ada, kay.email)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
  expect(await ask(ada, ada.email)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  const email = `free.${ada.userId}@example.com`
  await ask(ada, email)
  const token = linkTokenIn(await node().mail.nextAboutAccount(email, /Confirm your new/), 'verify')
  const late = newPerson(node(), 'Late')
  expect((await late.post('/api/auth/sign-up', { email, password, name: 'Late' })).status).toBe(201)
  expect(await verify(token)).toMatchObject({ status: 409, body: { code: 'email_taken' } })
  expect((await ada.me()).user.email).toBe(ada.email)
})

test('of two who confirm the same address at once one has it', async () => {
  const people = [await newUser(node(), 'Ada'), await newUser(node(), 'Kay')]
  const email = `both.${people[0]?.userId}@example.com`
  for (const person of people) await ask(person, email)
  await expect.poll(() => node().mail.aboutAccount(email)).toHaveLength(2)
  const tokens = node().mail.aboutAccount(email).map((mail) => linkTokenIn(mail, 'verify')) // prettier-ignore
  const answers = await Promise.all(tokens.map(verify))
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
})

test('S3 whoever joins while their address changes shows with the one that they have in the end', async () => {
  for (const n of Array.from({ length: 6 }, (_, n) => n)) {
    const ada = await newUser(node(), `Ada${n}`)
    await ada.setAddonSeats(1)
    const workspace = await ada.createWorkspace()
    const kay = await newUser(node(), `Kay${n}`)
    const { token: invitation } = await ada.inviteByMail(workspace.id, kay.email)
    const email = `new.${kay.userId}@example.com`
    await ask(kay, email)
    const token = linkTokenIn(await node().mail.nextAboutAccount(email, /Confirm your new/), 'verify')
    const [accepted, changed] = await verifyCommand(node(), ada, workspace.id, [ada, kay], () =>
      Promise.all([kay.accept(invitation), verify(token)]),
    )
    expect([200, 403]).toContain(accepted.status)
    expect(changed.status).toBe(204)
    const row = (await ada.roster(workspace.id)).members.find(({ userId }) => userId === kay.userId)
    expect(row?.email).toBe(accepted.status === 200 ? email : undefined)
  }
})

test('whoever waits for a seat by an invitation to their address keeps it until they are in', async () => {
  const ada = await newUser(node())
  const workspace = await ada.createWorkspace()
  const kay = await newUser(node(), 'Kay')
  const { token: invitation } = await ada.inviteByMail(workspace.id, kay.email)
  expect((await kay.accept(invitation)).status).toBe(409)
  const email = `new.${kay.userId}@example.com`
  await ask(kay, email)
  const token = linkTokenIn(await node().mail.nextAboutAccount(email, /Confirm your new/), 'verify')
  const refused = await verify(token)
  expect(refused).toMatchObject({ status: 409, body: { code: 'waiting_for_seat' } })
  expect(refused.body.detail).toContain(workspace.name)
  await ada.setAddonSeats(1)
  expect((await verify(token)).status).toBe(204)
})

test('S3 43 a name is changed for oneself, at once on every page, and nothing else by the same request', async () => {
  const ada = await newUser(node())
  const live = await connectLive(node(), ada)
  const { status, body } = await verifyCommand(node(), ada, await homeOf(ada), [ada], () =>
    ada.patch<{ user: object }>('/api/me', { name: '  Countess ' }),
  )
  expect([status, body.user]).toMatchObject([200, { name: 'Countess', email: ada.email }])
  for (const body of [{ emailVerified: true }, { name: 'Ada', emailVerified: true }, { name: 'Ada', id: ada.userId }, {}, { name: '' }]) {
    expect(await ada.patch('/api/me', body)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  }
  live.close()
}) // prettier-ignore

function verify(token: string) {
  return newPerson(node()).post<Failure>('/api/auth/email/verify', { token })
}

function ask(person: Person, email: string) {
  return person.post<Failure>('/api/auth/email/change', { email, password })
}

function signInAs(email: string) {
  return newPerson(node()).post('/api/auth/sign-in', { email, password })
}

async function homeOf(person: Person): Promise<string> {
  return (await person.me()).workspaces[0]?.id ?? ''
}

async function verifyTokenOf({ email }: Person): Promise<string> {
  return linkTokenIn(await node().mail.nextAboutAccount(email, /Confirm your email/), 'verify')
}

async function resetTokenOf({ email }: Person): Promise<string> {
  await newPerson(node()).post('/api/auth/password/forgot', { email })
  return linkTokenIn(await node().mail.nextAboutAccount(email, /Choose a new password/), 'reset')
}
