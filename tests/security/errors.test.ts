import fc from 'fast-check'
import { expect, test } from 'vitest'
import { problemSchema, type Problem } from '#shared/protocol/errors.ts'
import { isPassword } from '#server/auth/passwords.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, type Answer, type Person } from '../support/people.ts'
import { exchange, parsed, rawRequest } from '../support/raw.ts'

const node = useNode({ logLevel: 'silent' })
const json = { 'Content-Type': 'application/json' }
/** What would tell how this is built: our files, our language, the database’s words and names. */
const inside =
  /\bat \/|\.ts\b|node_modules|postgres|\bselect\b|\binsert\b|constraint|_key\b|relation|column|syntax error|zod|undefined/i

test('128 every refusal is a problem with a code and a sentence, whatever is sent to whichever route', async () => {
  const team = await newTeam(node())
  const { ada, barbara, mallory, workspace } = team
  const { invitation, token } = await ada.inviteByMail(workspace.id, 'fuzzed@example.com')
  const ids = { workspaceId: workspace.id, memberId: team.edsgerId, invitationId: invitation.id, handle: workspace.handle }
  const people = [ada, barbara, mallory, newPerson(node())]
  const known = [...Object.values(ids), token, ada.email, 'admin', 'owner', 'viewer', 'pro_ai', 1, -1, 2 ** 53, null, [], {}]
  const value = fc.oneof(fc.constantFrom(...known), fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 2 }))
  const keys = ['email', 'password', 'name', 'handle', 'role', 'token', 'invitationToken', 'displayName', 'plan', 'addonSeats', 'invitations', '__proto__']
  const body = fc.oneof(fc.dictionary(fc.constantFrom(...keys), value), value)
  // whoever signs out, leaves or deletes would end the test for the others
  const routes = (await routesOf(ada)).filter(([method, path]) => method !== 'DELETE' && !/sign-out|leave/.test(path))
  const asked = fc.asyncProperty(fc.constantFrom(...routes), fc.constantFrom(...people), body, value, async ([method, path], person, sent, odd) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: keyof typeof ids) => (odd === 1 ? encoded(odd) : ids[name]))
    const query = method === 'GET' ? `?name=${encoded(odd)}&after=${encoded(odd)}&type=${encoded(odd)}` : ''
    const answer = await person.call(method, filled + query, method === 'GET' ? undefined : sent)
    if (answer.status >= 400) expectProblem(answer)
  })
  await fc.assert(asked, { numRuns: 1_000, interruptAfterTimeLimit: 40_000 })
}) // prettier-ignore

test('128 each way to be refused has its own code, and its sentence says what to do', async () => {
  const ada = await newUser(node())
  const own = `/api/workspaces/${(await ada.me()).workspaces[0]?.id}`
  const answers: [string, Answer<Problem>][] = [
    ['unauthenticated', await newPerson(node()).get('/api/me')],
    ['not_found', await ada.get('/api/nowhere')],
    ['not_found', await ada.get(`/api/workspaces/${crypto.randomUUID()}`)],
    ['malformed_json', await ada.call('POST', '/api/workspaces', new TextEncoder().encode('{'), json)],
    [
      'unsupported_media_type',
      await ada.call('POST', '/api/workspaces', new TextEncoder().encode('{'), { 'Content-Type': 'text/xml' }),
    ],
    ['payload_too_large', await ada.post('/api/workspaces', { name: 'x'.repeat(99_999) })],
    ['invalid_input', await ada.post('/api/workspaces', { name: '' })],
    ['cross_origin', await ada.post('/api/workspaces', {}, { Origin: 'https://evil.test' })],
    ['default_workspace', await ada.delete(own)],
    ['forbidden', await ada.post(`${own}/leave`)],
  ]
  for (const [code, answer] of answers) expect(expectProblem(answer).code).toBe(code)
  const { errors } = answers[6]?.[1].body ?? {}
  expect(errors).toEqual([{ path: 'name', message: 'Enter a name.' }])
})

test('128 when the database fails in a way that nobody foresaw, the answer tells nothing of it, and nothing is changed', async () => {
  const ada = await newUser(node())
  const { owner } = node()
  await owner`alter table members rename to hidden`
  try {
    const answers = [await ada.get<Problem>('/api/me'), await ada.post<Problem>('/api/workspaces', { name: 'Half' })]
    for (const answer of answers) expect(expectProblem(answer, 500).code).toBe('internal')
  } finally {
    await owner`alter table hidden rename to members`
  }
  expect((await ada.me()).workspaces).toHaveLength(1)
  expect(await owner`select id from workspaces where name = 'Half'`).toEqual([])
})

test('128 a lost connection to the database is 503 with when to come back, and the next request has a new one', async () => {
  const ada = await newUser(node())
  await node().owner.begin(async (tx) => {
    await tx`lock table members`
    const waiting = [ada.get<Problem>('/api/me'), ada.post<Problem>('/api/workspaces', { name: 'Cut off' })]
    let ended = 0
    await expect.poll(async () => (ended += await endWaiting())).toBe(2)
    for (const answer of await Promise.all(waiting)) {
      expect(expectProblem(answer, 503).code).toBe('unavailable')
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
  })
  expect((await ada.me()).workspaces).toHaveLength(1)
})

test('46 of a flood of sign-ins as many are judged as can wait, the rest is told when to come back; others are served', async () => {
  const ada = await newUser(node())
  // guesses of this process, which is the node's: however slowly requests arrive, no place is free for long
  let going = true
  const flood = Array.from({ length: 300 }, async () => {
    while (going) await isPassword(null, 'sturdy horse 42').catch(() => new Promise((resolve) => setImmediate(resolve)))
  })
  const tries = Array.from({ length: 20 }, (_, n) =>
    newPerson(node()).post<Problem>('/api/auth/sign-in', { email: `flood${n}@example.com`, password: 'sturdy horse 42' }),
  )
  expect((await ada.get('/api/me')).status).toBe(200)
  await Promise.race(tries)
  going = false
  await Promise.all(flood)
  const answers = await Promise.all(tries)
  const late = answers.filter(({ status }) => status === 503)
  expect(answers.filter(({ status }) => status === 401).length).toBe(tries.length - late.length)
  expect(late.length).toBeGreaterThan(0)
  for (const answer of late) {
    expect(expectProblem(answer, 503).code).toBe('overloaded')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  }
}) // prettier-ignore

test.each([
  'x', 'rollcall_session', 'rollcall_session=', 'rollcall_session=%E0%A4%A', `rollcall_session=${'x'.repeat(43)}`, ';;;===', '\u00ff\u00fe',
  `rollcall_session=${'x'.repeat(10_000)}`, Array.from({ length: 200 }, (_, n) => `c${n}=v`).join('; '), 'rollcall_session="a\\"b"',
  '__proto__=x; constructor=y', 'rollcall_session=[object Object]',
])('50 the cookie %j is nobody’s: 401, and never a failure of ours', async (cookie) => {
  const { status } = await rawRequest(node(), { path: '/api/me', headers: { Cookie: cookie } })
  expect(status).toBe(401)
}) // prettier-ignore

test('50 114 headers over 16 kB are refused with 431, with and without an upgrade, and the server goes on', async () => {
  const ada = await newUser(node())
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' }
  for (const [path, headers] of [['/api/me', {}], ['/socket.io/?EIO=4&transport=websocket', { ...upgrade, Origin: node().url }]] as const) {
    const long = { ...headers, Cookie: ada.cookie(), 'X-Long': 'x'.repeat(17_000) }
    expect((await rawRequest(node(), { path, headers: long })).status).toBe(431)
    const lines = Array.from({ length: 2_500 }, (_, n): [string, string] => [`X${n}`, 'yyyy'])
    expect((await rawRequest(node(), { path, headers: { ...headers, ...Object.fromEntries<string>(lines) } })).status).toBe(431)
  }
  expect((await ada.get('/api/me')).status).toBe(200)
}) // prettier-ignore

test.each([
  'GET / HTTP/9.9\r\n\r\n', 'nonsense\r\n\r\n', 'GET /api/me\r\n\r\n', 'GET /\u0000 HTTP/1.1\r\nHost: x\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000\u0001',
  'GET http://[::1 HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n', 'GET /api/me HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n',
  'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n', 'GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
])('126 128 what is no request of ours is refused, and nothing of the inside is told: %j', async (bytes) => {
  const text = await exchange(node(), bytes)
  expect(text === '' || [400, 404, 421].includes(parsed(text).status)).toBe(true)
  expect(parsed(text).body).not.toMatch(inside)
}) // prettier-ignore

/** How many of the application's statements waited for a lock, and are cut off now. */
async function endWaiting(): Promise<number> {
  const rows = await node().owner`
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where datname = current_database() and application_name = 'rollcall' and wait_event_type = 'Lock'`
  return rows.length
}

function expectProblem(answer: Answer<unknown>, status?: number): Problem {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  const problem = problemSchema.parse(answer.body)
  expect(problem.status).toBe(answer.status)
  if (status === undefined) expect(answer.status).toBeLessThan(500)
  else expect(answer.status).toBe(status)
  expect(problem.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(problem.detail).toMatch(/^[A-Z“].{8,}\.$/)
  expect(`${problem.title} ${problem.detail}`).not.toMatch(inside)
  return problem
}

async function routesOf(person: Person): Promise<[string, string][]> {
  const { body } = await person.get<{ paths: Record<string, object> }>('/api/openapi.json')
  return Object.entries(body.paths).flatMap(([path, methods]) => {
    return Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path])
  })
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return encodeURIComponent(text.toWellFormed())
}
