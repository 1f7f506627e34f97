import { expect, test } from 'vitest'
import { useNode, type TestNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password, type Failure, type Person } from '../support/people.ts'

/** Behind a load balancer at this machine and another one, so that a test can come from any address. */
const node = useNode({ trustedProxies: ['127.0.0.1', '10.0.0.0/8'] }, 1)
const direct = useNode({}, 1)

test('20 guessing links ends with 429 after 60 wrong ones, however they are sent; elsewhere links go on working', async () => {
  const { ada, workspace } = await newTeam(node())
  const { token } = await ada.inviteByMail(workspace.id, 'guessed@example.com')
  const guesses = await Promise.all(times(200, () => preview(node(), 'x'.repeat(43), '203.0.113.1')))
  expect(guesses.filter(({ status }) => status === 404)).toHaveLength(60)
  const late = guesses.filter(({ status }) => status === 429)
  expect(late).toHaveLength(140)
  for (const one of late) expectTooMany(one)
  for (const path of ['accept', 'decline']) {
    expect((await from(ada, '203.0.113.1', `/api/invitations/${path}`, { token: 'y'.repeat(43) })).status).toBe(429)
  }
  expect((await signUpBy('z'.repeat(43), '203.0.113.1')).status).toBe(429)
  expect((await preview(node(), token, '203.0.113.2')).status).toBe(200)
})

test('47 guessing a password ends after 10 wrong ones, also when they are sent at once with the right one among them', async () => {
  const ada = await newUser(node())
  const guesses = times(40, (n) => signIn(node(), ada.email, n === 39 ? password : `wrong horse ${n}`, '203.0.113.3'))
  const answers = await Promise.all(guesses)
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
  expect(answers.at(-1)?.status).toBe(429)
  for (const one of answers.filter(({ status }) => status !== 401)) expectTooMany(one)
  expect((await signIn(node(), ada.email, password, '203.0.113.3')).status).toBe(429)
})

test('47 a stranger’s guesses lock nobody out: the owner of the account signs in from where they are', async () => {
  const ada = await newUser(node())
  for (const n of times(12, (n) => n)) await signIn(node(), ada.email, `wrong horse ${n}`, '203.0.113.4')
  expect((await signIn(node(), ada.email, password, '203.0.113.4')).status).toBe(429)
  expect((await signIn(node(), ada.email, password, '203.0.113.5')).status).toBe(200)
})

test('47 guesses at one’s own password are counted as those at a sign-in, wherever it is asked for again', async () => {
  const ada = await newUser(node())
  const wrong = 'wrong horse 42'
  const asked = [
    () => from(ada, '203.0.113.9', '/api/auth/password/change', { current: wrong, next: 'gentle river 77' }),
    () => from(ada, '203.0.113.9', '/api/auth/email/change', { email: 'new@example.com', password: wrong }),
  ]
  for (const n of times(10, (n) => n)) expect((await asked[n % 2]?.())?.status).toBe(401)
  for (const ask of asked) expectTooMany(await ask())
  expect((await signIn(node(), ada.email, password, '203.0.113.9')).status).toBe(429)
  expect((await signIn(node(), ada.email, password, '203.0.113.10')).status).toBe(200)
})

test('142 one address gets three links in an hour, whoever asks for them, and nobody is told of more; and so many are asked for from one place', async () => {
  const ada = await newUser(direct())
  for (const _ of times(5, (n) => n)) {
    expect((await newPerson(direct()).post('/api/auth/password/forgot', { email: ada.email })).status).toBe(202)
  }
  await expect.poll(() => linksTo(ada.email)).toBe(3)
  const marker = await newUser(direct())
  await newPerson(direct()).post('/api/auth/password/forgot', { email: marker.email })
  // jobs are done in their order: what was sent to the first one would be here by now
  await expect.poll(() => linksTo(marker.email)).toBe(1)
  expect(linksTo(ada.email)).toBe(3)
  const forgot = (email: string) => from(newPerson(node()), '203.0.113.41', '/api/auth/password/forgot', { email })
  for (const n of times(30, (n) => n)) expect((await forgot(`nobody.${n}@example.com`)).status).toBe(202)
  expectTooMany(await forgot('nobody@example.com'))
})

test('47 an address that does not exist is limited to the letter like one that does', async () => {
  const ada = await newUser(node())
  const nobody = newPerson(node()).email
  for (const email of [ada.email, nobody]) {
    const statuses = []
    for (const n of times(11, (n) => n))
      statuses.push((await signIn(node(), email, `wrong ${n}`, '203.0.113.6')).status)
    expect(statuses).toEqual([...times(10, () => 401), 429])
  }
})

test('142 tests of what goes outside are limited: by whoever presses the button, and an address by who gets the emails', async () => {
  const ada = await newUser(direct())
  const { id } = await ada.createWorkspace()
  const path = `/api/workspaces/${id}/agents/${(await ada.createAgent(id)).body.id}`
  const to = 'tested.often@example.com'
  const { body } = await ada.post<{ id: string }>(`${path}/integrations`, { kind: 'email', name: 'Inbox', to })
  const tests = await Promise.all(times(20, () => ada.post<Failure>(`${path}/integrations/${body.id}/test`)))
  expect(tests.filter(({ status }) => status === 204)).toHaveLength(10)
  for (const one of tests.filter(({ status }) => status !== 204)) expectTooMany(one)
  expect(direct().mail.countTo(to)).toBe(10)
  const hook = { url: 'https://hooks.invalid/', events: [] }
  const { webhook } = (await ada.post<{ webhook: { id: string } }>(`${path}/webhooks`, hook)).body
  const pressed = await Promise.all(
    times(60, () => ada.post<Failure>(`${path}/webhooks/${webhook.id}/test`, { type: 'contact.created' })),
  )
  expect(pressed.filter(({ status }) => status === 201)).toHaveLength(40)
  for (const one of pressed.filter(({ status }) => status !== 201)) expectTooMany(one)
})

test.each([
  ['the same network of one household', '2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', 429],
  ['a network whose zeros are left out', '2001:db8::1', '2001:0db8:0:0:1:2:3:4', 429],
  ['another network', '2001:db8:1:3::1', '2001:db8:1:4::1', 401],
  ['IPv4 in the dress of IPv6', '::ffff:203.0.113.7', '203.0.113.7', 429],
  ['another IPv4', '203.0.113.8', '203.0.113.9', 401],
])('47 guesses are counted by network: %s', async (_, first, second, status) => {
  const ada = await newUser(node())
  for (const n of times(10, (n) => n)) await signIn(node(), ada.email, `wrong horse ${n}`, first)
  expect((await signIn(node(), ada.email, 'wrong horse', second)).status).toBe(status)
})

test('48 what a client writes into X-Forwarded-For is ignored where no proxy is set', async () => {
  const ada = await newUser(direct())
  for (const n of times(10, (n) => n)) await signIn(direct(), ada.email, `wrong horse ${n}`, `203.0.113.${n}`)
  expect((await signIn(direct(), ada.email, password, '203.0.113.99')).status).toBe(429)
})

test('48 behind proxies the rightmost address that is none of them counts, whatever stands before it', async () => {
  const ada = await newUser(node())
  for (const n of times(10, (n) => n)) {
    await signIn(node(), ada.email, `wrong horse ${n}`, `198.51.100.${n}, 203.0.113.10, 10.1.2.3`)
  }
  expect((await signIn(node(), ada.email, password, 'unknown, 127.0.0.1, 203.0.113.10')).status).toBe(429)
  expect((await signIn(node(), ada.email, password, '203.0.113.10, 203.0.113.11')).status).toBe(200)
})

test('141 what somebody may not send uses up nothing of what others may', async () => {
  const { ada, barbara, mallory, workspace } = await newTeam(node())
  const victim = `victim.${crypto.randomUUID().slice(0, 8)}@example.com`
  const path = `/api/workspaces/${workspace.id}/invitations`
  for (const [person, status] of [[barbara, 403], [mallory, 404]] as const) {
    for (const _ of times(11, (n) => n)) expect((await person.invite(workspace.id, victim)).status).toBe(status)
    const invitations = times(11, () => ({ email: victim, role: 'viewer' }))
    expect((await person.post(`${path}/batch`, { invitations })).status).toBe(status)
  }
  expect((await ada.invite(workspace.id, victim)).status).toBe(201)
}) // prettier-ignore

test('141 a workspace sends 500 invitations in an hour and no more, and no other workspace is slowed by it', async () => {
  const ada = await newUser(node())
  const one = await ada.createWorkspace()
  const batch = (n: number) => times(100, (i) => ({ email: `b${n}.${i}.${ada.email}`, role: 'viewer' }))
  const send = (n: number) =>
    ada.post<Failure>(`/api/workspaces/${one.id}/invitations/batch`, { invitations: batch(n) })
  for (const n of times(5, (n) => n)) expect((await send(n)).status).toBe(207)
  expectTooMany(await send(5))
  expectTooMany(await ada.invite(one.id, `late.${ada.email}`))
  expect((await ada.roster(one.id)).invitations).toHaveLength(500)
  const other = await ada.createWorkspace()
  expect((await ada.invite(other.id, `other.${ada.email}`)).status).toBe(201)
})

test('16 142 one address gets three links once more in an hour, and ten emails, from whichever accounts', async () => {
  const victim = `victim.${crypto.randomUUID().slice(0, 8)}@example.com`
  const answers = []
  for (const sender of await Promise.all(times(8, () => newUser(node())))) {
    const { id } = await sender.createWorkspace()
    const sent = await sender.invite(id, victim)
    answers.push(sent)
    if (answers.length > 8) continue
    answers.push(await sender.post<Failure>(`/api/workspaces/${id}/invitations/${sent.body.id}/resend`))
  }
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 201, 200, 201, 200, 201, 429, 201, 201, 201, 429])
  for (const late of answers.filter(({ status }) => status === 429)) expectTooMany(late)
  expect((await newPerson(node()).signUp()).status).toBe(201)
})

test('74 asking for free handles ends with 429 after 600 in a minute, for each person alone', async () => {
  const [ada, grace] = [await newUser(node()), await newUser(node())]
  const answers = await Promise.all(times(601, (n) => ada.get<Failure>(`/api/handles/wanted-${n}`)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(600)
  expectTooMany(answers.find(({ status }) => status !== 200))
  expect((await grace.get('/api/handles/wanted')).status).toBe(200)
})

test('91 a person creates 300 workspaces in an hour and no more', async () => {
  const ada = await newUser(node())
  const answers = []
  for (const n of times(30, (n) => n)) {
    answers.push(
      ...(await Promise.all(times(10, (m) => ada.post<Failure>('/api/workspaces', { name: `W ${n} ${m}` })))),
    )
  }
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expectTooMany(await ada.post('/api/workspaces', { name: 'One too many' }))
})

test('34 asking which addresses have an account, by signing up, ends with 429 after 50', async () => {
  const ada = await newUser(node())
  const attempt = () =>
    from(newPerson(node()), '203.0.113.12', '/api/auth/sign-up', { email: ada.email, password, name: 'Eve' })
  for (const _ of times(50, (n) => n)) expect((await attempt()).status).toBe(409)
  expectTooMany(await attempt())
})

function expectTooMany(answer: { status: number; body: unknown; headers: Headers } | undefined): void {
  expect(answer).toMatchObject({
    status: 429,
    body: { code: 'rate_limited', detail: expect.stringMatching(/Try again in \d+/) as string },
  })
  expect(Number(answer?.headers.get('retry-after'))).toBeGreaterThan(0)
}

function linksTo(email: string): number {
  return direct()
    .mail.aboutAccount(email)
    .filter(({ subject }) => /password/i.test(subject)).length
}

function from(person: Person, address: string, path: string, body: unknown) {
  return person.post<Failure>(path, body, { 'X-Forwarded-For': address })
}

function preview(at: TestNode, token: string, address: string) {
  return from(newPerson(at), address, '/api/invitations/preview', { token })
}

function signIn(at: TestNode, email: string, given: string, address: string) {
  return from(newPerson(at), address, '/api/auth/sign-in', { email, password: given })
}

function signUpBy(invitationToken: string, address: string) {
  const { email } = newPerson(node())
  return from(newPerson(node()), address, '/api/auth/sign-up', { email, password, name: 'Eve', invitationToken })
}

function times<T>(n: number, make: (index: number) => T): T[] {
  return Array.from({ length: n }, (_, index) => make(index))
}
