import { afterEach, expect, test } from 'vitest'
import { visitorSocketPath } from '#shared/messenger.ts'
import { useNode, type TestNode } from '../support/node.ts'
import { newPerson, newUser, type Answer, type Failure } from '../support/people.ts'
import { openRawSocket, rawRequest, type RawSocket } from '../support/raw.ts'
import { connectVisitor, newMessenger, newToken, newVisitor, type Visitor } from '../support/visitor.ts'

/** Behind a load balancer at this machine, so that a test can come from any address; its limits are as they are. */
const node = useNode({ trustedProxies: ['127.0.0.1'], clientDir: undefined, logLevel: 'silent' }, 1)
/** A tenth of the caps: 50 an address. */
const small = useNode({}, 0.1)

const opened: RawSocket[] = []
afterEach(() => {
  for (const socket of opened.splice(0)) socket.close()
})

const foreign = [
  'null',
  'https://evil.test',
  'http://localhost.evil.test',
  'https://localhost',
  'http://localhost:1',
  'https://shop.example.com',
]

test('97 the visitors’ socket is for pages of ours: another origin, and none, are refused before the upgrade', async () => {
  const { ada, path } = await newMessenger(node())
  // who may show it is shown our page, whose origin is our own
  await ada.patch(path, { messenger: { origins: ['https://shop.example.com'] } })
  for (const Origin of [undefined, ...foreign]) {
    const headers = { ...upgrade, ...(Origin !== undefined && { Origin }) }
    const answer = await rawRequest(node(), { path: `${visitorSocketPath}/?EIO=4&transport=websocket`, headers })
    expect({ Origin, status: answer.status }).toEqual({ Origin, status: 403 })
  }
  expect((await open(node())).status).toBe(101)
})

test('97 120 whoever writes from another site is refused, and nothing is done; also where the site may show it', async () => {
  const { ada, path, visitor } = await newMessenger(node())
  await ada.patch(path, { messenger: { origins: ['https://shop.example.com'] } })
  const { body } = await visitor.begin()
  const before = await visitor.snapshot(body.id)
  const sites = ['cross-site', 'same-site'].map((site) => ({ 'Sec-Fetch-Site': site }))
  for (const evil of [...foreign.map((Origin) => ({ Origin })), ...sites]) {
    const answers: Answer<unknown>[] = [
      await visitor.begin('Forged', evil),
      await visitor.write(body.id, 'Forged', evil),
      await visitor.call('POST', `/conversations/${body.id}/person`, undefined, evil),
      await visitor.call('PUT', '/visitor', { name: 'Forged' }, evil),
    ]
    for (const answer of answers) expect(answer).toMatchObject({ status: 403, body: { code: 'cross_origin' } })
  }
  expect((await visitor.snapshot(body.id)).body).toEqual(before.body)
  expect((await visitor.list()).body.items).toHaveLength(1)
  expect((await visitor.write(body.id, 'Our own page', { Origin: node().url })).status).toBe(201)
})

test('122 how a Messenger looks may be read by the sites that are named, and nothing else by any other', async () => {
  const { ada, path, visitor } = await newMessenger(node())
  await ada.patch(path, { messenger: { origins: ['https://shop.example.com', 'http://localhost:8080'] } })
  const { body } = await visitor.begin()
  const shared = async (method: string, rest: string, Origin: string) => {
    const { headers } = await newPerson(node()).call(method, visitor.path + rest, undefined, {
      Origin,
      Authorization: `Bearer ${visitor.token}`,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization',
    })
    return [...headers].filter(([name]) => name.startsWith('access-control-'))
  }
  for (const named of ['https://shop.example.com', 'http://localhost:8080']) {
    expect(await shared('GET', '', named)).toEqual([['access-control-allow-origin', named]])
    for (const rest of ['/conversations', `/conversations/${body.id}`, `/conversations/${body.id}/messages`]) {
      for (const method of ['GET', 'OPTIONS', 'POST']) expect(await shared(method, rest, named)).toEqual([])
    }
    expect(await shared('OPTIONS', '', named)).toEqual([])
  }
  for (const other of ['null', '*', 'https://evil.test', 'http://shop.example.com', 'https://shop.example.com:444', 'https://shop.example.com.evil.test', 'https://a.shop.example.com', 'https://SHOP.example.com', 'https://shop.example.com, https://evil.test']) {
    expect(await shared('GET', '', other)).toEqual([])
  }
  // a cache keeps the answers to different sites apart
  expect((await newPerson(node()).get(visitor.path)).headers.get('vary')).toMatch(/\bOrigin\b/)
  await ada.patch(path, { messenger: { on: false } })
  expect(await shared('GET', '', 'https://shop.example.com')).toEqual([])
}) // prettier-ignore

test('65 a member’s session is nothing to the visitors’ side: neither in place of a token nor beside it', async () => {
  const { ada, visitor, agent } = await newMessenger(node())
  const { body } = await visitor.begin()
  const [session = ''] = ada.cookie().split('=').slice(1)
  for (const rest of ['/conversations', `/conversations/${body.id}`]) {
    expect(await ada.get(visitor.path + rest)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  }
  const beside = { Authorization: `Bearer ${newToken()}` }
  expect((await ada.call('GET', `${visitor.path}/conversations/${body.id}`, undefined, beside)).status).toBe(404)
  expect((await newVisitor(node(), agent.id, session).list()).body.items).toEqual([])
  const cookie = { Cookie: ada.cookie() }
  for (const auth of [{}, { agentId: agent.id }, { agentId: agent.id, token: session }]) {
    await expect(connectVisitor(node(), auth, cookie)).rejects.toThrow('unauthenticated')
  }
  const live = await connectVisitor(node(), { agentId: agent.id, token: visitor.token }, cookie)
  expect(await live.watch(`user:${ada.userId}`)).toEqual({ ok: false, code: 'not_found' })
  live.close()
})

test('65 a visitor’s token is nothing to members’ routes, to the API, and to the members’ socket', async () => {
  const { visitor, path } = await newMessenger(node())
  await visitor.begin()
  const { token } = visitor
  const headers = [{ Authorization: `Bearer ${token}` }, { Cookie: `rollcall_session=${token}` }]
  for (const one of headers) {
    for (const route of ['/api/me', path, `${path}/desk`, `${path}/conversations`]) {
      expect(await newPerson(node()).call('GET', route, undefined, one)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } }) // prettier-ignore
    }
  }
  for (const Authorization of [`Bearer ${token}`, `Bearer rollcall_${token}`]) {
    expect(await newPerson(node()).call('GET', '/api/v1/agent', undefined, { Authorization })).toMatchObject({ status: 401, body: { code: 'invalid_api_key' } }) // prettier-ignore
  }
  expect((await openRawSocket(node(), `rollcall_session=${token}`, undefined, headers[0])).status).toBe(401)
})

test('a visitor writes 30 times in a minute and reads 300 times, however the agent’s id is spelled; others go on', async () => {
  const { visitor, agent, ada, write } = await newMessenger(node())
  const { body } = await visitor.begin()
  const spelled = newVisitor(node(), agent.id.toUpperCase(), visitor.token)
  const answers = await inTurns(34, (n) => (n % 2 ? visitor : spelled).write(body.id))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(29)
  for (const late of [...answers.filter(({ status }) => status !== 201), await spelled.askForPerson(body.id)]) expectTooMany(late) // prettier-ignore
  const reads = await inTurns(310, (n) => (n % 2 ? visitor : spelled).list())
  expect(reads.filter(({ status }) => status === 200)).toHaveLength(300)
  for (const late of reads.filter(({ status }) => status !== 200)) expectTooMany(late)
  const another = newVisitor(node(), agent.id)
  expect((await another.begin()).status).toBe(201)
  expect((await another.list()).status).toBe(200)
  expect((await write(ada, body.id)).status).toBe(201)
})

test('141 one address asks 1,200 times in a minute how Messengers look, whichever agents it names; no other address is slowed', async () => {
  const { visitor } = await newMessenger(node())
  const [here, there] = ['203.0.113.35', '203.0.113.36']
  const asked = await inTurns(1_220, (n) =>
    from(here, n % 2 ? visitor : newVisitor(node(), crypto.randomUUID())).look(),
  )
  expect(asked.filter(({ status }) => status === 200 || status === 404)).toHaveLength(1_200)
  for (const late of asked.filter(({ status }) => status !== 200 && status !== 404)) expectTooMany(late)
  expect((await from(there, visitor).look()).status).toBe(200)
  expect((await from(here, visitor).begin()).status).toBe(201)
})

test('141 one address writes 200 times in a minute to one agent, by whatever tokens; no other address, agent or member is slowed', async () => {
  const [flooded, calm] = [await newMessenger(node()), await newMessenger(node())]
  const [here, there] = ['203.0.113.31', '203.0.113.32']
  const { body } = await flooded.visitor.begin()
  const flood = await inTurns(220, () => from(here, newVisitor(node(), flooded.agent.id)).write(body.id))
  expect(flood.filter(({ status }) => status === 404)).toHaveLength(200)
  for (const late of flood.filter(({ status }) => status !== 404)) expectTooMany(late)
  expect((await from(there, flooded.visitor).write(body.id)).status).toBe(201)
  expect((await from(here, calm.visitor).begin()).status).toBe(201)
  expect((await flooded.write(flooded.ada, body.id)).status).toBe(201)
  expect((await flooded.visitor.list()).status).toBe(200)
  expect((await from(here, calm.visitor).list()).status).toBe(200)
  expect((await flooded.ada.get(`${flooded.path}/desk`)).status).toBe(200)
})

test('141 one address begins 60 conversations in an hour with one agent; elsewhere and with another agent they go on', async () => {
  const [flooded, calm] = [await newMessenger(node()), await newMessenger(node())]
  const [here, there] = ['203.0.113.33', '203.0.113.34']
  const visitors = Array.from({ length: 13 }, () => newVisitor(node(), flooded.agent.id))
  const begun = await inTurns(64, (n) => from(here, visitors[Math.floor(n / 5)] ?? flooded.visitor).begin())
  expect(begun.filter(({ status }) => status === 201)).toHaveLength(60)
  for (const late of begun.filter(({ status }) => status !== 201)) expectTooMany(late)
  expect((await from(there, flooded.visitor).begin()).status).toBe(201)
  expect((await from(here, calm.visitor).begin()).status).toBe(201)
  const known = begun.find(({ status }) => status === 201)?.body.id ?? ''
  expect((await from(here, visitors[0] ?? flooded.visitor).write(known)).status).toBe(201)
})

test('112 visitors’ connections of one address take no place of a member’s, and come back as they close', async () => {
  const held = await Promise.all(Array.from({ length: 50 }, () => open(small())))
  expect(new Set(held.map(({ status }) => status))).toEqual(new Set([101]))
  const extra = await open(small())
  expect(extra.status).toBe(429)
  expect(Number(extra.headers.get('retry-after'))).toBeGreaterThan(0)
  const member = await openRawSocket(small(), (await newUser(small())).cookie())
  opened.push(member)
  expect(member.status).toBe(101)
  held[0]?.close()
  await expect.poll(async () => (await open(small())).status).toBe(101)
  expect((await open(small())).status).toBe(429)
})

const upgrade = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

async function open(at: TestNode): Promise<RawSocket> {
  const socket = await openRawSocket(at, '', undefined, {}, visitorSocketPath)
  opened.push(socket)
  return socket
}

/** The same visitor, from this address. */
function from(address: string, { call }: Visitor) {
  const headers = { 'X-Forwarded-For': address }
  return {
    begin: () => call<{ id: string }>('POST', '/conversations', { text: 'Hello' }, headers),
    write: (id: string) => call('POST', `/conversations/${id}/messages`, { text: 'Hello again' }, headers),
    list: () => call('GET', '/conversations', undefined, headers),
    look: () => call('GET', '', undefined, headers),
  }
}

/** Some at a time: more at once would be too many for a busy machine, which says so. */
async function inTurns<T>(count: number, ask: (n: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  while (answers.length < count) {
    const wanted = Array.from({ length: Math.min(10, count - answers.length) }, (_, n) => ask(answers.length + n))
    answers.push(...(await Promise.all(wanted)))
  }
  return answers
}

function expectTooMany(answer: Answer<unknown> | Answer<Failure>): void {
  const detail = expect.stringMatching(/Try again in \d+/) as string
  expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited', detail } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
}
