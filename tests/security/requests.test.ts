import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, type Failure, type Person } from '../support/people.ts'
import { chunk, exchange, parsed, rawRequest } from '../support/raw.ts'

const node = useNode()
const json = { 'Content-Type': 'application/json' }
const big = JSON.stringify({ name: 'x'.repeat(70_000) })

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx'])(
  '121 a body of the type %j is refused with 415, and nothing is done',
  async (type) => {
    const ada = await newUser(node())
    const answer = await write(ada, '{"name":"Smuggled"}', { 'Content-Type': type })
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
    expect((await ada.me()).workspaces).toHaveLength(1)
  },
)

test('121 a body without a type, or in another encoding than UTF-8, is refused with 415', async () => {
  const ada = await newUser(node())
  const body = '{"name":"Untyped"}'
  for (const headers of [{}, { 'Content-Type': 'application/json; charset=utf-16' }]) {
    const { status } = await rawRequest(node(), {
      method: 'POST',
      path: '/api/workspaces',
      headers: { Cookie: ada.cookie(), 'Content-Length': String(body.length), ...headers },
      body,
    })
    expect(status).toBe(415)
  }
  expect((await ada.me()).workspaces).toHaveLength(1)
})

test('124 a body over 64 kB is refused with 413, by its length and in chunks', async () => {
  const ada = await newUser(node())
  const post = { method: 'POST', path: '/api/workspaces' }
  const headers = { Cookie: ada.cookie(), ...json }
  const byLength = await rawRequest(node(), {
    ...post,
    headers: { ...headers, 'Content-Length': String(big.length) },
    body: big,
  })
  const chunked = await rawRequest(node(), {
    ...post,
    headers: { ...headers, 'Transfer-Encoding': 'chunked' },
    body: chunk(big.slice(0, 40_000)) + chunk(big.slice(40_000)) + chunk(''),
  })
  for (const { status, body } of [byLength, chunked]) {
    expect(status).toBe(413)
    expect(body).toContain('"payload_too_large"')
  }
  expect((await ada.me()).workspaces).toHaveLength(1)
})

test('124 a compressed body is not unpacked, however large it would be', async () => {
  const ada = await newUser(node())
  const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000, ' ')))
  expect(bomb.length).toBeLessThan(64 * 1024)
  const answer = await ada.call('POST', '/api/workspaces', bomb, { ...json, 'Content-Encoding': 'gzip' })
  expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
})

test('126 a request with two lengths is refused with 400, and what hides in it is not carried out', async () => {
  const ada = await newUser(node())
  const hidden = `POST /api/workspaces HTTP/1.1\r\nHost: localhost:${node().port}\r\nCookie: ${ada.cookie()}\r\n`
  const head = `POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost:${node().port}\r\nContent-Type: application/json\r\n`
  for (const lengths of [
    'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
    'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
    'Content-Length: 4\r\nContent-Length: 5\r\n',
    'Transfer-Encoding: chunked, identity\r\n',
    'Transfer-Encoding : chunked\r\n',
  ]) {
    const text = await exchange(node(), `${head}${lengths}\r\n0\r\n\r\n${hidden}Content-Length: 0\r\n\r\n`)
    expect(parsed(text).status).toBe(400)
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
  }
})

test.each(['', '{', '{"name":', '[]', 'null', '"text"', '1e999', '{"name":"\\ud800"}', '{"name":"a\\u0000b"}'])(
  '127 the body %j is refused with 400',
  async (body) => {
    const ada = await newUser(node())
    const answer = await write(ada, body, json)
    expect(answer.status).toBe(400)
    expect(['malformed_json', 'invalid_input']).toContain(answer.body.code)
  },
)

test('127 bytes that are no UTF-8, and JSON nested beyond reason, are refused with 400', async () => {
  const ada = await newUser(node())
  for (const body of [Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]), bytes(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)]) {
    expect((await ada.call<Failure>('POST', '/api/workspaces', body, json)).status).toBe(400)
  }
})

test('127 a NUL byte is refused with 400 wherever a text is read', async () => {
  const ada = await newUser(node())
  const nul = 'a\u0000b'
  const w = await ownWorkspace(ada)
  const answers = [
    await ada.post('/api/auth/sign-up', { email: `${nul}@example.com`, password: 'sturdy horse 42', name: 'Ada' }),
    await ada.post('/api/auth/sign-up', { email: 'nul@example.com', password: 'sturdy horse 42', name: nul }),
    await ada.post('/api/auth/sign-up', { email: 'nul@example.com', password: `sturdy horse${nul}`, name: 'Ada' }),
    await ada.post('/api/auth/sign-in', { email: `${nul}@example.com`, password: 'sturdy horse 42' }),
    await ada.post('/api/workspaces', { name: nul }),
    await ada.patch(w, { name: nul }),
    await ada.patch(`${w}/membership`, { displayName: nul }),
    await ada.post(`${w}/invitations`, { email: `${nul}@example.com`, role: 'viewer' }),
    await ada.post(`${w}/invitations/batch`, { invitations: [{ email: nul, role: 'viewer' }] }),
    await ada.get(`${w}/events?type=a%00b`),
  ]
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400))
  for (const path of ['/api/handles/a%00b', '/api/handles?name=a%00b', '/api/avatars/a%00b', `${w}%00/roster`]) {
    expect((await ada.get(path)).status, path).toBeLessThan(500)
  }
})

test.each(['1', 'null', 'undefined', '%00', "' or 1=1--", '00000000-0000-0000-0000-00000000000g', 'x'.repeat(4000)])(
  '127 the id %j is answered with 404, like one that does not exist',
  async (id) => {
    const ada = await newUser(node())
    const w = await ownWorkspace(ada)
    for (const path of [
      `/api/workspaces/${encodeURIComponent(id)}`,
      `/api/workspaces/${encodeURIComponent(id)}/roster`,
      `${w}/members/${encodeURIComponent(id)}`,
      `${w}/invitations/${encodeURIComponent(id)}`,
    ]) {
      const { status, body } = await (path.includes(w) ? ada.delete<Failure>(path) : ada.get<Failure>(path))
      expect({ path, status, code: body.code }).toEqual({ path, status: 404, code: 'not_found' })
    }
  },
)

test.each(['-1', '1.5', 'NaN', '1e400', '99999999999999999999', 'abc', '0&after=1', '0&limit=0', '0&limit=501', '0&x=1'])(
  '28 127 the query after=%s is refused with 400',
  async (after) => {
    const ada = await newUser(node())
    const { status } = await ada.get(`${await ownWorkspace(ada)}/events?after=${after}`)
    expect(status).toBe(400)
  },
) // prettier-ignore

test('28 an address in a list, an object or any other shape is refused with 400, and no email goes out', async () => {
  const ada = await newUser(node())
  const own = await ownWorkspace(ada)
  const path = `${own}/invitations`
  const before = node().mail.received.length
  for (const email of [['victim@example.com', 'evil@example.com'], { 0: 'a@example.com' }, 7, true, null, undefined]) {
    expect(await ada.post(path, { email, role: 'viewer' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_input' },
    })
    expect((await ada.post('/api/auth/sign-in', { email, password: 'sturdy horse 42' })).status).toBe(400)
    expect((await ada.post(`${path}/batch`, { invitations: [{ email, role: 'viewer' }] })).status).toBe(400)
  }
  await ada.post(path, { email: `barrier.${ada.email}`, role: 'viewer' })
  await node().mail.next(`barrier.${ada.email}`)
  expect(node().mail.received).toHaveLength(before + 1)
})

test('28 a key that is repeated counts once: the address that is judged is the one that is written to', async () => {
  const ada = await newUser(node())
  const body = `{"email":"first@example.com","email":"last@example.com","role":"viewer"}`
  const answer = await ada.call('POST', `${await ownWorkspace(ada)}/invitations`, bytes(body), json)
  expect(answer).toMatchObject({ status: 201, body: { email: 'last@example.com' } })
  await node().mail.next('last@example.com')
  expect(node().mail.countTo('first@example.com')).toBe(0)
})

test.each(['__proto__', 'constructor', 'prototype'])(
  '129 the key %s is refused with 400, and gives no role',
  async (key) => {
    const { ada, mallory, edsgerId, workspace } = await newTeam(node())
    const evil = `"${key}":{"role":"owner","isAdmin":true}`
    const w = `/api/workspaces/${workspace.id}`
    for (const [method, path, body] of [
      ['POST', '/api/workspaces', `{"name":"Fine",${evil}}`],
      ['PATCH', `${w}/members/${edsgerId}`, `{${evil}}`],
      ['PATCH', `${w}/members/${edsgerId}`, `{"role":"viewer",${evil}}`],
      ['POST', `${w}/invitations`, `{"email":"a@example.com","role":"viewer",${evil}}`],
      ['POST', `${w}/invitations/batch`, `{"invitations":[{"email":"a@example.com","role":"viewer",${evil}}]}`],
    ] as const) {
      expect((await ada.call(method, path, bytes(body), json)).status, path).toBe(400)
    }
    expect(({} as { role?: string }).role).toBeUndefined()
    expect((await mallory.get(w)).status).toBe(404)
  },
)

test.each(['PUT', 'POST', 'PATCH', 'DELETE', 'PROPFIND', 'TRACE'])(
  '130 %s where it is not meant is refused and changes nothing',
  async (method) => {
    const ada = await newUser(node())
    const { status, body } = await rawRequest(node(), {
      method,
      path: '/api/handles/acme',
      headers: { Cookie: ada.cookie() },
    })
    expect([404, 405]).toContain(status)
    // TRACE would send a cookie back to a script that cannot read it
    expect(body).not.toContain(ada.cookie())
  },
)

test('130 HEAD is GET without a body: it changes nothing, and opens nothing more than GET', async () => {
  const ada = await newUser(node())
  const { workspaces } = await ada.me()
  const own = `/api/workspaces/${workspaces[0]?.id}`
  expect((await ada.call('HEAD', own)).status).toBe(200)
  expect((await newPerson(node()).call('HEAD', own)).status).toBe(401)
  for (const path of ['/api/auth/sign-out', '/api/auth/sign-out-everywhere', `${own}/leave`, '/api/invitations/accept'])
    expect((await ada.call('HEAD', path)).status).toBe(404)
  expect((await ada.me()).workspaces).toEqual(workspaces)
})

test.each([
  '/api%2Fme', '/API/me', '/Api/Me', '//api/me', '/./api/../api/me', '/api/me/', '/api/me;x=y', '/api/me.', '/api/./me/.',
  '/api/../api/me', '/api//me', '/%61pi/me', '/api/me%00', '/api/me%20', '\\api\\me',
])('77 no spelling of a path gets around the session: %s', async (path) => {
  const { status, body } = await rawRequest(node(), { path })
  expect(status).not.toBe(500)
  // the client's page, or a refusal: never an answer of the API
  expect([200, 400, 401, 404]).toContain(status)
  if (status === 200) expect(body).toContain('<!doctype html>')
}) // prettier-ignore

async function ownWorkspace(person: Person): Promise<string> {
  return `/api/workspaces/${(await person.me()).workspaces[0]?.id}`
}

function write(person: Person, body: string, headers: Record<string, string>) {
  return person.call<Failure>('POST', '/api/workspaces', bytes(body), headers)
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
