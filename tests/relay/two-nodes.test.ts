import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive, positionIn } from '../support/live.ts'
import { useTwoNodes, type TestNode } from '../support/node.ts'
import { newPerson, newTeam, newUser, password, type Person } from '../support/people.ts'
import { useRedis } from '../support/redis.ts'

const redis = useRedis()
const nodes = useTwoNodes(() => redis().url)

test('S4 what one node commits, the sockets of the other hear: in order, each once, and as a fresh roster has it', async () => {
  const { a, b } = nodes()
  const { ada, barbara, workspace } = await newTeam(a)
  const stream = streamOf('workspace', workspace.id)
  const far = await connectLive(b, barbara)
  const near = await connectLive(a, barbara)
  const { position } = await watched(far, workspace.id)
  await watched(near, workspace.id)
  const renames = Array.from({ length: 40 }, (_, n) =>
    ada.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: `Ada ${n}` }),
  )
  const last = Math.max(...(await Promise.all(renames)).map(({ headers }) => positionIn(headers, stream)))
  for (const live of [far, near]) {
    await live.untilPosition(stream, last)
    const positions = live.eventsOf(stream).map((event) => event.position)
    expect(positions).toEqual(Array.from({ length: last - position }, (_, n) => position + 1 + n))
    live.close()
  }
  expect(far.eventsOf(stream)).toEqual(near.eventsOf(stream))
})

test('a node is subscribed to a stream only while one of its own sockets watches it', async () => {
  const { a, b } = nodes()
  const { barbara, workspace } = await newTeam(a)
  const own = `rollcall:${streamOf('workspace', workspace.id)}`
  expect(await redis().channels()).not.toContain(own)
  const live = await connectLive(b, barbara)
  await watched(live, workspace.id)
  await expect.poll(() => redis().channels()).toContain(own)
  live.close()
  await expect.poll(() => redis().channels()).not.toContain(own)
})

test('101 S5 whoever is removed on one node is out on the other, and hears nothing that is committed after it', async () => {
  const { a, b } = nodes()
  const { ada, barbara, barbaraId, workspace } = await newTeam(a)
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(b, barbara)
  await watched(live, workspace.id)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${barbaraId}`)
  await ada.patch(`/api/workspaces/${workspace.id}`, { name: 'Without Barbara' })
  await live.until(() => live.closed.length > 0)
  expect(live.closed).toMatchObject([{ stream }])
  expect(JSON.stringify(live.frames)).not.toContain('Without Barbara')
  live.close()
})

test('100 S7 signing out on one node closes that session’s sockets on the other', async () => {
  const { a, b } = nodes()
  const { barbara } = await newTeam(a)
  const live = await connectLive(b, barbara)
  await barbara.post('/api/auth/sign-out')
  await live.until(() => live.disconnected() !== null)
})

test('100 S7 a session that ends on one node loses all its sockets on both, and no other session loses one', async () => {
  const { a, b } = nodes()
  const here = await newUser(a)
  const other = newPerson(a)
  expect((await other.post('/api/auth/sign-in', { email: here.email, password })).status).toBe(200)
  const own = streamOf('user', here.userId)
  const socketsOf = async (person: Person) => {
    const lives = await Promise.all([connectLive(a, person), connectLive(b, person), connectLive(b, person)])
    for (const live of lives) expect((await live.watch(own)).ok).toBe(true)
    return lives
  }
  const [ended, kept] = [await socketsOf(here), await socketsOf(other)]
  const expectEnded = async (lives: typeof ended) => {
    for (const live of lives) await live.until(() => live.disconnected() !== null)
    expect(lives.map((live) => live.disconnected())).toEqual(lives.map(() => 'io server disconnect'))
  }
  await here.post('/api/auth/sign-out')
  await expectEnded(ended)
  for (const live of kept) expect((await live.watch(own)).ok).toBe(true)
  await other.post('/api/auth/sign-out-everywhere')
  await expectEnded(kept)
})

test('S6 without Redis requests go on, /readyz says degraded, the other node’s sockets hear all the same; and it heals', async () => {
  const { a, b } = nodes()
  const { ada, barbara, workspace } = await newTeam(a)
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(b, barbara)
  await watched(live, workspace.id)
  await redis().kill()
  for (const node of [a, b]) await expect.poll(() => readiness(node)).toEqual(degraded)
  const rename = (name: string) => ada.patch(`/api/workspaces/${workspace.id}`, { name })
  const away = await rename('Redis is away')
  expect(away.status).toBe(200)
  await live.untilPosition(stream, positionIn(away.headers, stream))
  // watched while Redis is away: subscribed to once it is back
  const late = await connectLive(b, ada)
  await late.watch(streamOf('user', ada.userId))
  await redis().start()
  for (const node of [a, b]) await expect.poll(() => readiness(node), { timeout: 15_000 }).toEqual(ready)
  const channels = [`rollcall:${stream}`, `rollcall:${streamOf('user', ada.userId)}`]
  await expect.poll(() => redis().channels(), { timeout: 15_000 }).toEqual(expect.arrayContaining(channels))
  const back = await rename('Redis is back')
  await live.untilPosition(stream, positionIn(back.headers, stream))
  expect(live.eventsOf(stream).at(-1)).toMatchObject({ data: { name: 'Redis is back' } })
  live.close()
  late.close()
})

const ready = { code: 200, status: 'ready', redis: 'up' }
const degraded = { code: 200, status: 'degraded', redis: 'down' }

async function readiness(node: TestNode) {
  const answer = await fetch(`http://127.0.0.1:${node.port}/readyz`)
  const { status, redis: state } = (await answer.json()) as { status: string; redis: string }
  return { code: answer.status, status, redis: state }
}

async function watched(live: Awaited<ReturnType<typeof connectLive>>, workspaceId: string) {
  const answer = await live.watch(streamOf('workspace', workspaceId))
  if (!('position' in answer)) throw new Error(`Watching was answered with ${JSON.stringify(answer)}`)
  return { position: Number(answer.position) }
}
