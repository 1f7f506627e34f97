import { expect, test } from 'vitest'
import { useNode, type TestNode } from '../support/node.ts'
import { newPerson, newUser, type Person } from '../support/people.ts'
import { exchange, openRawSocket, parsed, rawRequest } from '../support/raw.ts'

const node = useNode()
const secure = useNode({ publicUrl: 'https://rollcall.example.com' })
const json = { 'Content-Type': 'application/json' }

const forms = [
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/json',
  undefined,
]
const evils: Record<string, string>[] = [
  { Origin: 'https://evil.test' },
  { Origin: 'null' },
  { Origin: 'http://localhost.evil.test' },
  { Origin: 'https://localhost' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'same-origin' },
]

test.each(evils)('120 a write that carries the cookie and comes from %j is refused with 403', async (headers) => {
  const ada = await newUser(node())
  const body = '{"name":"Forged"}'
  for (const type of forms) {
    const all = { ...headers, ...(type && { 'Content-Type': type }) }
    for (const [method, path] of [
      ['POST', '/api/workspaces'],
      ['PUT', '/api/account/plan'],
      ['PATCH', `/api/workspaces/${crypto.randomUUID()}`],
      ['DELETE', `/api/workspaces/${crypto.randomUUID()}`],
    ] as const) {
      const answer = await send(node(), ada, method, path, all, body)
      expect({ method, type, status: answer.status }).toEqual({ method, type, status: 403 })
      expect(answer.body).toContain('"cross_origin"')
    }
  }
  expect((await ada.me()).workspaces).toHaveLength(1)
})

test('49 120 signing in, up and out from another site is refused, too, and sets no cookie', async () => {
  const ada = await newUser(node())
  const evil = { Origin: 'https://evil.test', ...json }
  for (const path of ['/api/auth/sign-in', '/api/auth/sign-up', '/api/auth/sign-out']) {
    const answer = await send(node(), ada, 'POST', path, evil, JSON.stringify({ email: ada.email, password: 'x' }))
    expect(answer.status).toBe(403)
    expect(answer.headers.has('set-cookie')).toBe(false)
  }
  expect((await ada.get('/api/me')).status).toBe(200)
})

test('120 a write from our own page, and one of a script that names no origin, are carried out', async () => {
  for (const headers of [{ Origin: node().url, 'Sec-Fetch-Site': 'same-origin' }, {}]) {
    const ada = await newUser(node())
    const answer = await send(node(), ada, 'POST', '/api/workspaces', { ...headers, ...json }, '{"name":"Own"}')
    expect(answer.status).toBe(201)
  }
})

test('122 no answer allows another origin, also not to a preflight', async () => {
  const ada = await newUser(node())
  const evil = { Origin: 'https://evil.test', 'Access-Control-Request-Method': 'POST' }
  for (const [method, path] of [
    ['GET', '/api/me'],
    ['GET', '/'],
    ['OPTIONS', '/api/me'],
    ['OPTIONS', '/api/workspaces'],
    ['POST', '/api/workspaces'],
    ['GET', '/socket.io/?EIO=4&transport=polling'],
    ['OPTIONS', '/socket.io/?EIO=4&transport=polling'],
  ] as const) {
    const { headers } = await send(node(), ada, method, path, evil)
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  }
})

test.each(['evil.test', 'localhost.evil.test', 'localhost', 'localhost:1', 'localhost@evil.test', ''])(
  '27 a request for the host %j is answered by nobody: 421 or 400, also with a session',
  async (host) => {
    const ada = await newUser(node())
    for (const path of ['/api/me', '/', '/assets/x.js']) {
      const answer = await rawRequest(node(), { path, headers: { Host: host, Cookie: ada.cookie() } })
      expect([400, 421]).toContain(answer.status)
      expect(answer.body).not.toContain(ada.email)
    }
  },
)

test('27 two hosts, none, and one in the request line that is not ours are refused', async () => {
  const own = `Host: localhost:${node().port}\r\n`
  for (const [line, hosts] of [
    ['GET /api/me', `${own}Host: evil.test\r\n`],
    ['GET /api/me', ''],
    ['GET http://evil.test/api/me', 'Host: evil.test\r\n'],
  ]) {
    const { status } = parsed(await exchange(node(), `${line} HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`))
    expect([400, 421]).toContain(status)
  }
})

test.each(['localhost', 'evil.test', '[::1]'])(
  '26 the link in an email is of the public address, whatever the request says: %s',
  async (other) => {
    const ada = await newUser(node())
    const [own] = (await ada.me()).workspaces
    const email = `forwarded.${crypto.randomUUID().slice(0, 8)}@example.com`
    const forged = { 'X-Forwarded-Host': other, 'X-Forwarded-Proto': 'https', 'X-Original-Host': other, Forwarded: `host=${other}` }
    const path = `http://${other}/api/workspaces/${own?.id}/invitations`
    const body = JSON.stringify({ email, role: 'viewer' })
    const relative = path.slice(`http://${other}`.length)
    for (const asked of [path, relative]) await send(node(), ada, 'POST', asked, { ...forged, ...json }, body)
    const { text, html } = await node().mail.next(email)
    expect(text).toContain(`${node().url}/invite#`)
    expect(text + html).not.toContain(`//${other}/`)
  },
) // prettier-ignore

test('97 the live side answers a WebSocket of our own page, and no polling of anybody', async () => {
  const ada = await newUser(node())
  const socket = await openRawSocket(node(), ada.cookie())
  expect(socket.status).toBe(101)
  socket.close()
  for (const Origin of [node().url, 'https://evil.test']) {
    for (const method of ['GET', 'POST']) {
      const path = '/socket.io/?EIO=4&transport=polling'
      const answer = await send(node(), ada, method, path, { Origin })
      expect([400, 403]).toContain(answer.status)
      expect(answer.body).not.toContain('"sid"')
    }
  }
})

test('97 120 at a public address its own origin alone counts: not http, not a part of its name, not this machine', async () => {
  const headers = { Host: 'rollcall.example.com', ...json }
  const body = JSON.stringify({ email: 'nobody@example.com', password: 'sturdy horse 42' })
  const post = { method: 'POST', path: '/api/auth/sign-in', body }
  const statusFrom = async (Origin: string) =>
    (await rawRequest(secure(), { ...post, headers: { ...headers, Origin, 'Content-Length': String(body.length) } }))
      .status
  expect(await statusFrom('https://rollcall.example.com')).toBe(401)
  for (const origin of [
    'http://rollcall.example.com',
    'https://rollcall.example.com:8443',
    'https://example.com',
    'https://a.rollcall.example.com',
    'https://rollcall.example.com.evil.test',
    `http://localhost:${secure().port}`,
  ]) {
    expect(await statusFrom(origin)).toBe(403)
  }
})

test('37 at an https address the cookie is Secure, HttpOnly, Lax, of this host alone, and small', async () => {
  const ada = newPerson(secure())
  const body = JSON.stringify({ email: ada.email, password: 'sturdy horse 42', name: 'Ada' })
  const headers = { Host: 'rollcall.example.com', 'Content-Length': String(body.length), ...json }
  const answer = await rawRequest(secure(), { method: 'POST', path: '/api/auth/sign-up', headers, body })
  const cookie = answer.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^__Host-rollcall_session=[\w-]{43}; /)
  expect(cookie.split('; ').slice(1).sort()).toEqual([
    'HttpOnly',
    'Max-Age=7776000',
    'Path=/',
    'SameSite=Lax',
    'Secure',
  ])
  expect(cookie.length).toBeLessThan(4096)
  // the name keeps a sibling domain from setting it; under the other name it is nobody's
  const me = async (sent: string) =>
    (await rawRequest(secure(), { path: '/api/me', headers: { Host: 'rollcall.example.com', Cookie: sent } })).status
  const held = cookie.split(';')[0] ?? ''
  expect([await me(held), await me(held.replace('__Host-', ''))]).toEqual([200, 401])
})

function send(to: TestNode, person: Person, method: string, path: string, headers: Record<string, string>, body = '') {
  const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  return rawRequest(to, { method, path, body, headers: { Cookie: person.cookie(), ...length, ...headers } })
}
