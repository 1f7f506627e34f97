import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { eventsOf } from '#shared/protocol/events.ts'
import { kindOf, streamOf } from '#shared/protocol/streams.ts'
import { connectLive, type Live } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newTeam, newUser } from '../support/people.ts'
import { openRawSocket, type RawSocket } from '../support/raw.ts'

const node = useNode()
const deployed = useNode()

/** For the tests that do nothing to its people. */
let team: Awaited<ReturnType<typeof newTeam>>
beforeAll(async () => {
  team = await newTeam(node())
})

test('98 99 a handshake without a session is refused before the upgrade, wherever else a token is put', async () => {
  const ada = await newUser(node())
  const token = ada.cookie().split('=')[1] ?? ''
  expect((await openRawSocket(node(), '')).status).toBe(401)
  for (const query of [`&token=${token}`, `&sid=${token}`, `&auth[token]=${token}`]) {
    expect([400, 401]).toContain((await openRawSocket(node(), '', `EIO=4&transport=websocket${query}`)).status)
  }
  await ada.post('/api/auth/sign-out')
  expect((await openRawSocket(node(), `rollcall_session=${token}`)).status).toBe(401)
})

test('101 103 watching at the very moment of being removed: nothing that is committed after it is ever heard', async () => {
  const { ada, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  for (const n of Array.from({ length: 12 }, (_, n) => n)) {
    const kay = await newUser(node(), `Kay${n}`)
    const { token } = await ada.inviteByMail(workspace.id, kay.email)
    const { body } = await kay.accept(token)
    const live = await connectLive(node(), kay)
    const watching = Array.from({ length: 3 }, () => live.watch(stream, 0))
    const removed = await ada.delete(`/api/workspaces/${workspace.id}/members/${body.member.id}`)
    await ada.patch(`/api/workspaces/${workspace.id}`, { name: `After ${n}` })
    await Promise.all(watching)
    await barrier(live, kay.userId)
    const last = Number(/workspace:[^=]+=(\d+)/.exec(removed.headers.get('stream-position') ?? '')?.[1])
    expect(last).toBeGreaterThan(0)
    expect(live.eventsOf(stream).filter(({ position }) => position >= last)).toEqual([])
    expect(await live.watch(stream, 0)).toEqual({ ok: false, code: 'not_found' })
    live.close()
  }
})

test('104 whoever was removed while away is not let in again by the position that they hold', async () => {
  const { ada, edsger, edsgerId, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const { position, epoch } = await edsger.roster(workspace.id)
  const before = await connectLive(node(), edsger)
  await before.watch(stream, position, epoch)
  before.close()
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  const after = await connectLive(node(), edsger)
  for (const held of [position, 0, undefined]) {
    expect(await after.watch(stream, held, epoch)).toEqual({ ok: false, code: 'not_found' })
  }
  expect(await after.watch(streamOf('account', workspace.accountId))).toEqual({ ok: false, code: 'not_found' })
  after.close()
})

test('105 a role that is lowered counts from the next request on, while the socket stays', async () => {
  const { ada, grace, graceId, workspace } = await newTeam(node())
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(node(), grace)
  await live.watch(stream)
  expect((await grace.invite(workspace.id, 'one@example.com')).status).toBe(201)
  await ada.patch(`/api/workspaces/${workspace.id}/members/${graceId}`, { role: 'viewer' })
  expect((await grace.invite(workspace.id, 'two@example.com')).status).toBe(403)
  await live.until(() => live.eventsOf(stream).some(({ type }) => type === 'member.role_changed'))
  expect(live.disconnected()).toBeNull()
  live.close()
})

const crafted: Record<string, string[]> = {
  'a binary event without its bytes': ['451-["watch",{"_placeholder":true,"num":0}]'],
  'a placeholder that points nowhere': ['451-["watch",{"_placeholder":true,"num":9}]', 'bAAAA'],
  'a placeholder that is no number': ['451-["watch",{"_placeholder":true,"num":"splice"}]', 'bAAAA'],
  'more attachments than there may be': ['45999999-["watch"]'],
  'a length that is none': ['45x-["watch"]'],
  'an event named like our own': ['42["disconnect"]', '42["connect_error"]', '42["newListener",1]', '42["error"]'],
  'an event named like a property': [
    '42["__proto__",{}]',
    '42["constructor"]',
    '42["hasOwnProperty",{}]',
    '42[null]',
    '42[{}]',
    '42[1]',
  ],
  'no list': ['42{"a":1}', '42"watch"', '42null', '42', '42[]'],
  'no JSON': ['42[', '42["watch",', '42["watch"]]', '4\u0000'],
  'JSON ten thousand levels deep': [`42["watch",${'['.repeat(7_000)}${']'.repeat(7_000)}]`],
  'kinds of packets that there are not': ['9', '49[]', '47', 'x', '', '0', '2probe', '5'],
  'answers that nobody asked for': ['43999[1]', '430[]', '43[]', '46-["x"]'],
  'another namespace': ['40/admin,', '40/__proto__,', '42/admin,["watch"]'],
  'a second connect': ['40', '40{"token":"x"}', '40[]'],
}

test.each(Object.entries(crafted))('107 113 a packet with %s harms nobody: at most its own socket is closed', async (_, packets) => {
  const { ada, grace, workspace } = team
  const stream = streamOf('workspace', workspace.id)
  const good = await connectLive(node(), grace)
  await good.watch(stream)
  for (const packet of packets) {
    const bad = await openConnected(ada.cookie())
    bad.send({ payload: packet })
    bad.send({ payload: '42999["watch",{"stream":"nowhere"}]' })
    // whichever comes: the answer to what was sent after it, or the end
    await bad.until(() => bad.text().includes('43999[') || bad.text().includes('\x88'))
    bad.close()
  }
  await stillServed(good, ada, workspace)
}) // prettier-ignore

test('107 113 whatever is sent as a message: the server goes on, and nothing is answered but to its sender', async () => {
  const { ada, grace, workspace } = team
  const good = await connectLive(node(), grace)
  await good.watch(streamOf('workspace', workspace.id))
  const name = fc.constantFrom('watch', 'unwatch', 'events', 'closed', 'disconnecting', '__proto__', 'toString')
  const message = fc.oneof(
    fc.tuple(name, fc.jsonValue()).map((event) => `42${JSON.stringify(event)}`),
    fc.tuple(fc.nat(9), fc.nat(9), fc.string({ maxLength: 40 })).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  )
  const sent = fc.asyncProperty(fc.array(message, { minLength: 20, maxLength: 60 }), async (messages) => {
    const bad = await openConnected(ada.cookie())
    for (const payload of messages) bad.send({ payload })
    bad.send({ payload: '42999["watch",{"stream":"nowhere"}]' })
    await bad.until(() => bad.text().includes('43999[') || bad.text().includes('\x88'))
    bad.close()
  })
  await fc.assert(sent, { numRuns: 60 })
  await stillServed(good, ada, workspace)
})

test.each([
  ['bytes that are no UTF-8', { payload: Buffer.from([0x34, 0x32, 0xff, 0xfe]) }],
  ['a kind of frame that there is not', { opcode: 3, payload: 'x' }],
  ['a continuation of nothing', { opcode: 0, payload: 'x' }],
  ['a ping that is too long', { opcode: 9, payload: 'x'.repeat(200) }],
  ['a close with a code that may not be sent', { opcode: 8, payload: Buffer.from([0x03, 0xed]) }],
  ['a frame over 16 kB', { payload: `42["watch","${'x'.repeat(17_000)}"]` }],
  ['a binary frame over 16 kB', { opcode: 2, payload: Buffer.alloc(17_000) }],
])('108 110 113 %s closes its own socket alone', async (_, frame) => {
  const { ada, grace, workspace } = team
  const good = await connectLive(node(), grace)
  await good.watch(streamOf('workspace', workspace.id))
  const bad = await openConnected(ada.cookie())
  bad.send(frame)
  await bad.closed()
  bad.close()
  await stillServed(good, ada, workspace)
})

test('110 a message in countless fragments is cut off at the same 16 kB', async () => {
  const { ada, grace, workspace } = team
  const good = await connectLive(node(), grace)
  await good.watch(streamOf('workspace', workspace.id))
  const bad = await openConnected(ada.cookie())
  bad.send({ opcode: 1, final: false, payload: '42["watch","' })
  for (let n = 0; n < 40_000 && bad.isOpen(); n += 1) bad.send({ opcode: 0, final: false, payload: 'x' })
  await bad.closed()
  bad.close()
  await stillServed(good, ada, workspace)
})

test('108 more than ten attachments are refused, and their socket closed', async () => {
  const { ada } = team
  const bad = await openConnected(ada.cookie())
  bad.send({ payload: '4511-["watch",{"_placeholder":true,"num":0}]' })
  await bad.closed()
  bad.close()
})

test.each(['EIO=3&transport=polling', 'EIO=4&transport=polling', 'EIO=4&transport=webtransport', 'EIO=4', 'transport=__proto__'])(
  '97 113 the protocol %s is not spoken here',
  async (query) => {
    const { ada } = team
    const socket = await openRawSocket(node(), ada.cookie(), query)
    expect([400, 403]).toContain(socket.status)
    socket.close()
  },
) // prettier-ignore

test('115 no event carries more than its schema allows: no token, no hash, no password, nobody’s session', async () => {
  const { ada, grace, edsgerId, barbara, workspace } = await newTeam(node())
  const streams = [
    streamOf('workspace', workspace.id),
    streamOf('account', workspace.accountId),
    streamOf('user', barbara.userId),
  ]
  const live = await connectLive(node(), barbara)
  for (const stream of streams) await live.watch(stream)
  const w = `/api/workspaces/${workspace.id}`
  const kay = newPerson(node(), 'Kay')
  const { invitation, token } = await ada.inviteByMail(workspace.id, kay.email)
  await grace.post(`${w}/invitations/${invitation.id}/resend`)
  await grace.patch(`${w}/members/${edsgerId}`, { role: 'viewer' })
  await barbara.patch(`${w}/membership`, { displayName: 'Barbara L.' })
  await ada.delete(`${w}/invitations/${invitation.id}`)
  await ada.setAddonSeats(7)
  const { headers } = await ada.patch(w, { name: 'Last' })
  await live.untilPosition(
    streams[0] ?? 'user:',
    Number(headers.get('stream-position')?.match(/workspace:[^=]+=(\d+)/)?.[1]),
  )
  const events = live.frames.flatMap((frame) => frame.events.map((event) => ({ kind: kindOf(frame.stream), event })))
  expect(new Set(events.map(({ event }) => event.type)).size).toBeGreaterThan(5)
  for (const { kind, event } of events) {
    expect(Object.keys(event).sort()).toEqual(['actor', 'at', 'data', 'position', 'type'])
    const schema = Reflect.get(eventsOf[kind], event.type) as { parse: (data: unknown) => unknown }
    expect(schema.parse(event.data)).toEqual(event.data)
  }
  const heard = JSON.stringify(live.frames)
  const rows = await node().owner<{ secret: string }[]>`
    select password_hash as secret from users union all select id from sessions union all select encode(token_hash, 'hex') from invitations where token_hash is not null`
  for (const secret of [token, ...rows.map((row) => row.secret)]) expect(heard).not.toContain(secret)
  live.close()
})

test('113 the protocol EIO=3 is not spoken here: its socket is closed before it has a session', async () => {
  const socket = await openRawSocket(node(), team.ada.cookie(), 'EIO=3&transport=websocket')
  await socket.closed()
  expect(socket.text()).not.toContain('"sid"')
  socket.close()
})

test('118 whoever is kicked does not come back by themselves; at a deploy everybody does', async () => {
  // socket.io-client comes back by itself after every reason but `io server disconnect`
  const [ada, grace] = [await newUser(deployed()), await newUser(deployed())]
  const [kicked, moved] = [await connectLive(deployed(), ada), await connectLive(deployed(), grace)]
  await ada.post('/api/auth/sign-out')
  await kicked.until(() => kicked.disconnected() !== null)
  expect(kicked.disconnected()).toBe('io server disconnect')
  await deployed().stop()
  await moved.until(() => moved.disconnected() !== null)
  expect(moved.disconnected()).toBe('transport close')
})

/** A raw socket past its connect, as a client of ours would be. */
async function openConnected(cookie: string): Promise<RawSocket> {
  const socket = await openRawSocket(node(), cookie)
  socket.send({ payload: '40' })
  await socket.until(() => socket.text().includes('40{"sid"'))
  return socket
}

async function stillServed(
  good: Live,
  ada: Awaited<ReturnType<typeof newUser>>,
  workspace: { id: string },
): Promise<void> {
  const before = good.frames.length
  expect((await ada.patch(`/api/workspaces/${workspace.id}`, { name: crypto.randomUUID() })).status).toBe(200)
  await good.until(() => good.frames.length > before)
  expect(good.disconnected()).toBeNull()
  good.close()
}

/** Everything that was sent to the socket before this has arrived: frames come in order. */
async function barrier(live: Live, userId: string): Promise<void> {
  await live.watch(streamOf('user', userId))
}
