import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { timeSchema } from '#shared/protocol/resources.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { positionSchema } from '#shared/protocol/positions.ts'
import { visitorSocketPath } from '#shared/messenger.ts'
import { faceSchema, visitorEvents } from '#shared/protocol/visitors.ts'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { openRawSocket, type RawSocket } from '../support/raw.ts'
import { newSecrets, type Secrets } from '../support/secrets.ts'
import { connectVisitor, newMessenger, newToken, newVisitor, type Visitor } from '../support/visitor.ts'

const node = useNode()
/** Its caps as they are in life. */
const capped = useNode({ logLevel: 'silent' }, 1)

let place: Secrets
let own: Stream
let foreign: Stream[]
beforeAll(async () => {
  place = await newSecrets(node())
  own = streamOf('conversation', place.conversationId)
  foreign = [
    streamOf('workspace', place.workspace.id),
    streamOf('account', place.workspace.accountId),
    streamOf('user', place.ada.userId),
    streamOf('agent', place.agent.id),
    ...place.foreignConversations.map((id) => streamOf('conversation', id)),
    streamOf('conversation', crypto.randomUUID()),
  ]
})

const said: Record<string, () => string> = {
  nothing: () => '',
  'no object': () => '"x"',
  'a list': () => '[]',
  'no token': () => JSON.stringify({ agentId: place.agent.id }),
  'no agent': () => JSON.stringify({ token: place.visitor.token }),
  'something beside them': () => JSON.stringify({ ...known(), visitorId: crypto.randomUUID() }),
  'a prototype beside them': () => JSON.stringify(known()).replace('{', '{"__proto__":{"userId":"x"},'),
  'a list of agents': () => JSON.stringify({ ...known(), agentId: [place.agent.id] }),
  'a list of tokens': () => JSON.stringify({ ...known(), token: [place.visitor.token] }),
  'a number for a token': () => JSON.stringify({ ...known(), token: 7 }),
  'a token that nobody knows': () => JSON.stringify({ ...known(), token: newToken() }),
  'a token and a line more': () => JSON.stringify({ ...known(), token: `${place.visitor.token}\n` }),
  'the session of a member': () => JSON.stringify({ ...known(), token: place.session }),
  'an API key': () => JSON.stringify({ ...known(), token: place.apiKey }),
  'the agent of another visitor': () => JSON.stringify({ ...known(), token: place.elsewhere.token }),
  'an agent that is switched off': () => JSON.stringify({ agentId: place.elsewhere.agentId, token: place.elsewhere.token }), // prettier-ignore
  'an agent that is none': () => JSON.stringify({ ...known(), agentId: place.workspace.id }),
  'no JSON': () => '{"agentId":',
  'JSON seven thousand levels deep': () => `{"token":${'['.repeat(7_000)}${']'.repeat(7_000)}}`,
  'seventeen kilobytes': () => JSON.stringify({ ...known(), token: 'x'.repeat(17_000) }),
}

test.each(Object.keys(said))('98 107 113 whoever says %s is not let in, and harms nobody', async (what) => {
  await expectNotLetIn(said[what]?.() ?? '')
  await stillServed()
})

test('98 113 whatever is said instead of who one is, nobody is let in by it', async () => {
  const field = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(place.agent.id, place.visitor.token.slice(1)))
  const claim = fc.oneof(fc.jsonValue(), fc.record({ agentId: field, token: field }, { requiredKeys: [] }))
  const asked = fc.asyncProperty(claim, (one) => expectNotLetIn(JSON.stringify(one)))
  await fc.assert(asked, { numRuns: 100, interruptAfterTimeLimit: 5_000 })
  await stillServed()
})

test('106 115 no stream but a visitor’s own is there for them, of whatever kind; and of the others they hear nothing', async () => {
  const { ada, path, workspace, visitor, another } = place
  const live = await recorded(visitor)
  expect((await live.watch(own)).ok).toBe(true)
  for (const stream of foreign) {
    for (const after of [undefined, 0, 1]) {
      expect(await live.watch(stream, after)).toEqual({ ok: false, code: 'not_found' })
    }
  }
  await another.write(place.foreignConversations[1] ?? '', 'Of another visitor')
  await place.write(ada, place.foreignConversations[0] ?? '', 'Of the team')
  await ada.patch(path, { greeting: 'A greeting of now' })
  await ada.patch(`/api/workspaces/${workspace.id}`, { name: 'Another name' })
  await ada.setAddonSeats(21)
  await place.change(ada, place.conversationId, { assigneeId: place.edsgerId })
  await place.change(ada, place.conversationId, { state: 'resolved' })
  await place.write(ada, place.conversationId, 'The last of all')
  await live.until(() => JSON.stringify(live.eventsOf(own)).includes('The last of all'))
  expect(live.heard.map(({ name }) => name)).toEqual(expect.arrayContaining(['events', 'faces']))
  live.expectFit()
  live.close()
})

test('106 107 113 whatever a visitor watches or unwatches: not theirs, or not understood; and others hear on', async () => {
  const { visitor, another } = place
  const other = await another.live()
  const theirs = streamOf('conversation', place.foreignConversations[1] ?? '')
  expect((await other.watch(theirs)).ok).toBe(true)
  const stream = fc.oneof(fc.constantFrom(own, ...foreign), fc.string(), fc.constantFrom('conversation:', 'visitor:x', `${own}\n`, own.toUpperCase(), '__proto__')) // prettier-ignore
  const number = fc.oneof(fc.nat(20), fc.double(), fc.constantFrom(-1, 2 ** 53, null, '0'))
  const asked = fc.record({ stream, after: number, epoch: fc.string(), visitorId: fc.string() }, { requiredKeys: [] })
  const payload = fc.oneof({ weight: 3, arbitrary: asked }, fc.jsonValue({ maxDepth: 3 }))
  const message = fc.tuple(fc.constantFrom('watch', 'unwatch'), payload)
  const sent = fc.asyncProperty(fc.array(message, { minLength: 10, maxLength: 30 }), async (messages) => {
    const live = await recorded(visitor)
    const answers = await Promise.all(messages.map(([name, one]) => live.ask(name, one)))
    for (const [nth, answer] of answers.entries()) expectAnswer(messages[nth], answer)
    live.expectFit()
    live.close()
  })
  await fc.assert(sent, { numRuns: 40, interruptAfterTimeLimit: 5_000 })
  await another.write(place.foreignConversations[1] ?? '', 'Still here')
  await other.until(() => JSON.stringify(other.eventsOf(theirs)).includes('Still here'))
  other.close()
})

test('107 113 whatever else a visitor sends, at most their own socket ends', async () => {
  const name = fc.constantFrom(
    'watch',
    'unwatch',
    'events',
    'faces',
    'closed',
    'disconnecting',
    '__proto__',
    'toString',
  )
  const message = fc.oneof(
    fc.tuple(name, fc.jsonValue()).map((event) => `42${JSON.stringify(event)}`),
    fc.tuple(fc.nat(9), fc.nat(9), fc.string({ maxLength: 40 })).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('451-["watch",{"_placeholder":true,"num":9}]', '41', '40/admin,', '43999[1]', '42["watch"', `42["watch",${'['.repeat(7_000)}${']'.repeat(7_000)}]`), // prettier-ignore
  )
  const sent = fc.asyncProperty(fc.array(message, { minLength: 10, maxLength: 40 }), async (messages) => {
    const bad = await opened()
    bad.send({ payload: `40${JSON.stringify(known())}` })
    await bad.until(() => bad.text().includes('40{"sid"'))
    for (const payload of messages) bad.send({ payload })
    bad.send({ payload: '42999["watch",{"stream":"nowhere"}]' })
    await bad.until(() => bad.text().includes('43999[') || bad.text().includes('\x88'))
    bad.close()
  })
  await fc.assert(sent, { numRuns: 40, interruptAfterTimeLimit: 5_000 })
  await stillServed()
})

test('S5 who asks for a conversation of another workspace, at the very moment when its team opens it, harms neither', async () => {
  const theirs = await newMessenger(node())
  const { body } = await theirs.visitor.begin()
  const stream = streamOf('conversation', body.id)
  const [hostile, member] = [await recorded(place.visitor), await connectLive(node(), theirs.barbara)]
  let asked: Promise<unknown> | undefined
  await node().owner.begin(async (tx) => {
    await tx`lock table conversations in access exclusive mode`
    asked = hostile.watch(stream)
    // answered in turn, so by then the other is under way
    await hostile.ask('unwatch', { stream: own })
    // a member's right is no matter of that table: they come while nobody can judge the visitor's
    expect(await member.watch(stream)).toMatchObject({ ok: true, position: 2 })
  })
  expect(await asked).toEqual({ ok: false, code: 'not_found' })
  await theirs.write(theirs.ada, body.id, 'For the team')
  await member.until(() => JSON.stringify(member.eventsOf(stream)).includes('For the team'))
  await theirs.ada.delete(`/api/workspaces/${theirs.workspace.id}/members/${theirs.barbaraId}`)
  await member.until(() => member.closed.length > 0)
  expect(member.closed).toEqual([{ stream, code: 'removed' }])
  for (const live of [hostile, member]) live.close()
  await stillServed()
})

test('112 a visitor holds 10 sockets; one more is refused, until one closes; another visitor is not', async () => {
  const { visitor } = await newMessenger(capped())
  const another = newVisitor(capped(), visitor.agentId)
  for (const one of [visitor, another]) await one.begin()
  const held = await Promise.all(Array.from({ length: 10 }, () => visitor.live()))
  await expect(visitor.live()).rejects.toThrow('too_many')
  held.push(await another.live())
  held[0]?.close()
  await expect.poll(() => visitor.live().then((live) => held.push(live), String)).toBe(12)
  await expect(visitor.live()).rejects.toThrow('too_many')
  for (const live of held) live.close()
})

test('112 a connection is one socket, however often it says who it is before it is answered', async () => {
  const bad = await opened()
  await bad.sendMany({ payload: `40${JSON.stringify(known())}` }, 30)
  const told = (what: RegExp) => bad.text().match(what)?.length ?? 0
  await bad.until(() => told(/4[04]\{"/g) === 30)
  expect([told(/40\{"sid"/g), told(/44\{"message":"too_many"/g)]).toEqual([1, 29])
  bad.close()
  await stillServed()
})

function known() {
  return { agentId: place.agent.id, token: place.visitor.token }
}

/** A raw socket of nobody yet. */
async function opened(): Promise<RawSocket> {
  const socket = await openRawSocket(node(), '', undefined, {}, visitorSocketPath)
  await socket.until(() => socket.text().includes('0{"sid"'))
  return socket
}

async function expectNotLetIn(auth: string): Promise<void> {
  const socket = await opened()
  socket.send({ payload: `40${auth}` })
  await socket.until(() => /44\{|\x88/.test(socket.text()))
  expect(socket.text()).not.toContain('40{"sid"')
  if (socket.text().includes('44{')) expect(socket.text()).toContain('44{"message":"unauthenticated"}')
  socket.close()
}

/** A visitor's socket that keeps whatever it is sent. */
async function recorded({ agentId, token }: Visitor) {
  const live = await connectVisitor(node(), { agentId, token })
  const heard: { name: string; frame: unknown }[] = []
  live.socket.onAny((name: string, frame: unknown) => void heard.push({ name, frame }))
  const raw = live.socket.timeout(10_000) as unknown as { emitWithAck: (name: string, payload: unknown) => Promise<unknown> } // prettier-ignore
  return {
    ...live,
    heard,
    ask: (name: string, payload: unknown) => raw.emitWithAck(name, payload),
    /** Each frame is one that visitors may get, of their own conversation, and has nothing beside it. */
    expectFit() {
      for (const { name, frame } of heard) expect(frames[name]?.parse(frame), name).toEqual(frame)
      const all = JSON.stringify(heard)
      expect(place.secrets.filter((secret) => all.includes(secret))).toEqual([])
    },
  }
}

const eventSchema = z.union(
  Object.entries(visitorEvents).map(([type, data]) =>
    z.strictObject({ position: positionSchema, type: z.literal(type), at: timeSchema, data }),
  ),
)
const ownStream = z.custom((stream) => stream === own)
const frames: Record<string, z.ZodType> = {
  events: z.strictObject({ stream: ownStream, events: z.array(eventSchema).min(1) }),
  faces: z.strictObject({ stream: ownStream, faces: z.array(faceSchema), facesAt: positionSchema }),
}
const held = z.union([
  z.strictObject({ ok: z.literal(true), position: positionSchema, epoch: z.string(), reset: z.literal(true) }),
  z.strictObject({ ok: z.literal(true), position: positionSchema, epoch: z.string(), events: z.array(eventSchema) }),
])

function expectAnswer([name, payload]: [string, unknown] = ['', null], answer: unknown): void {
  const { ok } = answer as { ok: boolean }
  if (ok && name === 'watch')
    expect({ payload, answer: held.parse(answer) }).toMatchObject({ payload: { stream: own }, answer: answer as object }) // prettier-ignore
  else if (ok) expect(answer).toEqual({ ok: true })
  else expect(['not_found', 'invalid_input']).toContain((answer as { code: string }).code)
}

/** Another visitor and a member hear what is written to them. */
async function stillServed(): Promise<void> {
  const { another, barbara, foreignConversations } = place
  const id = foreignConversations[1] ?? ''
  const stream = streamOf('conversation', id)
  const [visitor, member] = [await another.live(), await connectLive(node(), barbara)]
  for (const live of [visitor, member]) expect((await live.watch(stream)).ok).toBe(true)
  expect((await another.write(id)).status).toBe(201)
  for (const live of [visitor, member]) {
    await live.until(() => live.eventsOf(stream).length > 0)
    live.close()
  }
}
