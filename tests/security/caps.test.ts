import { Socket, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { openCaps } from '#server/gateway/caps.ts'
import { connectLive } from '../support/live.ts'
import { useNode, type TestNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password, type Person } from '../support/people.ts'
import { openRawSocket, upgradeOf, type RawSocket } from '../support/raw.ts'

/** Its caps as they are in life. */
const node = useNode({ logLevel: 'silent' }, 1)
/** A tenth of them: 2 a session, 5 a user, 50 an address. */
const small = useNode({ logLevel: 'silent', trustedProxies: ['127.0.0.1'] }, 0.1)

const opened: RawSocket[] = []
afterEach(() => {
  for (const socket of opened.splice(0)) socket.close()
})

test('112 a session holds 20 connections; one more is answered 429 with Retry-After before the upgrade, until one closes', async () => {
  const ada = await newUser(node())
  const held = await openMany(20, () => open(node(), ada))
  expect(held.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 101))
  const extra = await open(node(), ada)
  expect(extra.status).toBe(429)
  expect(Number(extra.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(extra.text()).not.toContain('"sid"')
  const other = await newUser(node(), 'Grace')
  expect((await open(node(), other)).status).toBe(101)
  held[0]?.close()
  await expect.poll(async () => (await open(node(), ada)).status).toBe(101)
  expect((await open(node(), ada)).status).toBe(429)
})

test('112 a user holds so many over all sessions, and nobody else is refused for it', async () => {
  const ada = await newUser(small())
  const sessions = [ada, await again(ada), await again(ada)]
  const held = await openMany(6, (n) => open(small(), sessions[n % 3] ?? ada))
  expect(held.map(({ status }) => status).sort()).toEqual([101, 101, 101, 101, 101, 429])
  expect((await open(small(), await newUser(small(), 'Grace'))).status).toBe(101)
})

test('112 an address holds so many over all users: IPv6 by its network, and only a trusted proxy tells it', async () => {
  const people = await Promise.all(Array.from({ length: 26 }, (_, n) => newUser(small(), `P${n}`)))
  const from = (address: (n: number) => string) => (n: number) =>
    open(small(), people[Math.floor(n / 2)] ?? people[0], { 'X-Forwarded-For': address(n) })
  const held = await openMany(
    50,
    from((n) => `198.51.100.9, 2001:db8:7:7::${n.toString(16)}`),
  )
  expect(new Set(held.map(({ status }) => status))).toEqual(new Set([101]))
  const last = people.at(-1)
  expect((await open(small(), last, { 'X-Forwarded-For': '2001:db8:7:7:ffff::1' })).status).toBe(429)
  expect((await open(small(), last, { 'X-Forwarded-For': '2001:db8:7:7::1, 203.0.113.1' })).status).toBe(101)
  expect((await open(small(), last, { 'X-Forwarded-For': '2001:db8:7:8::1' })).status).toBe(101)
})

test('112 a node holds 20,000, an address 500 of them, and each place is given back with its connection', () => {
  const caps = openCaps().people
  const sockets: Socket[] = []
  const admit = (n: number) => {
    const socket = new Socket()
    sockets.push(socket)
    return caps.admit(socket, { session: `s${n}`, user: `u${n}`, address: `a${n % 40}` })
  }
  for (let n = 0; n < 20_000; n += 1) expect(admit(n)).toBeNull()
  expect(admit(20_001)).toBe('address')
  expect(caps.admit(new Socket(), { session: 's', user: 'u', address: 'somewhere else' })).toBe('node')
  sockets[0]?.emit('close')
  expect(admit(0)).toBeNull()
  for (const socket of sockets) socket.destroy()
})

test.each([
  ['whose key is none', { 'Sec-WebSocket-Key': 'x' }, undefined],
  ['of another version', { 'Sec-WebSocket-Version': '7' }, undefined],
  ['in a protocol that is not spoken here', {}, 'EIO=3&transport=websocket'],
  ['that the client breaks off at once', null, undefined],
])('112 an upgrade %s holds no place when it is over', async (_, headers, query) => {
  const ada = await newUser(node())
  const attempts = Array.from({ length: 40 }, async () => {
    if (headers) return (await openRawSocket(node(), ada.cookie(), query, headers)).closed()
    const socket = connect(node().port, '127.0.0.1').on('error', () => undefined)
    socket.write(upgradeOf(node(), ada.cookie()), () => socket.destroy())
    return new Promise<void>((resolve) => socket.once('close', () => resolve()))
  })
  await Promise.all(attempts)
  const held: RawSocket[] = []
  const stillFree = async () => {
    const one = await open(node(), ada)
    if (one.status === 101) held.push(one)
    return held.length
  }
  await expect.poll(stillFree, { interval: 5 }).toBe(20)
})

test('112 the 301st message of a connection in a minute is answered rate_limited, and does nothing', async () => {
  const { ada, grace, workspace } = await newTeam(node())
  const [stream, own] = [streamOf('workspace', workspace.id), streamOf('user', grace.userId)]
  const [live, other] = [await connectLive(node(), grace), await connectLive(node(), grace)]
  const answers = await Promise.all(Array.from({ length: 300 }, () => live.watch(own)))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(300)
  expect(await live.watch(stream)).toEqual({ ok: false, code: 'rate_limited' })
  expect(await live.socket.emitWithAck('unwatch', { stream: own })).toEqual({ ok: false, code: 'rate_limited' })
  // another page of the same person has its own 300
  expect((await other.watch(stream)).ok).toBe(true)
  await ada.patch(`/api/workspaces/${workspace.id}`, { name: 'Unheard' })
  await other.until(() => other.eventsOf(stream).length > 0)
  await grace.createWorkspace('Heard')
  await live.until(() => JSON.stringify(live.eventsOf(own)).includes('Heard'))
  expect(live.eventsOf(stream)).toEqual([])
  expect(live.disconnected()).toBeNull()
  for (const one of [live, other]) one.close()
})

async function open(
  at: TestNode,
  person: Person | undefined,
  headers: Record<string, string> = {},
): Promise<RawSocket> {
  const socket = await openRawSocket(at, person?.cookie() ?? '', undefined, headers)
  opened.push(socket)
  return socket
}

function openMany(count: number, one: (n: number) => Promise<RawSocket>): Promise<RawSocket[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => one(n)))
}

/** The same person in another browser. */
async function again(person: Person): Promise<Person> {
  const elsewhere = newPerson(small())
  expect((await elsewhere.post('/api/auth/sign-in', { email: person.email, password })).status).toBe(200)
  return elsewhere
}
