import { beforeAll, afterAll, afterEach, expect, test } from 'vitest'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { startFaultProxy, type FaultProxy } from '../faults/fault-proxy.ts'
import { startKillableRedis, type KillableRedis } from '../support/killable-redis.ts'
import { atPort } from '../support/ports.ts'
import { connectLive, positionIn, type Live } from '../support/live.ts'
import { useTwoNodes, type TestNode } from '../support/node.ts'
import { newTeam } from '../support/people.ts'
import { useStatements } from '../support/statements.ts'

let redis: KillableRedis
let way: FaultProxy
beforeAll(async () => {
  redis = await startKillableRedis()
  // away when the nodes start
  await redis.kill()
  way = await startFaultProxy(() => Number(new URL(redis.url).port))
})
const statements = useStatements()
const nodes = useTwoNodes(() => atPort(redis.url, way.port), {
  ofB: async (url) => ({ databaseUrl: await statements.through(url) }),
})
afterAll(async () => {
  await way.close()
  await redis.kill()
})
afterEach(() => {
  redis.resume()
  way.pass()
})

const soon = { timeout: 20_000 }
/** One look at the heads of all the streams that a node's sockets watch. */
const looks = /select name, position from streams/

test('158 S6 Redis is away at the start: both nodes serve, events reach the other one, and all is subscribed once it is there', async () => {
  const { a, b } = nodes()
  for (const node of [a, b]) expect(await readiness(node)).toEqual({ code: 200, status: 'degraded' })
  const { stream, live, rename } = await arrange()
  await rename('Redis is not there yet')
  await redis.start()
  await healed([stream])
  await rename('Redis is there')
  expectWhole(live, stream)
})

test('158 S6 a Redis that hangs: every request is answered while it still does, events reach the other node, and it heals', async () => {
  const { a, b } = nodes()
  const { ada, stream, live, rename, path } = await arrange()
  await healed([stream])
  const order: string[] = []
  redis.pause()
  const noticed = Promise.all(
    [a, b].map(async (node) => {
      await expect.poll(() => readiness(node), soon).toEqual({ code: 200, status: 'degraded' })
      order.push('noticed')
    }),
  )
  for (const n of [1, 2, 3]) {
    expect((await ada.get('/api/me')).status).toBe(200)
    expect((await ada.patch(path, { name: `Redis hangs ${n}` })).status).toBe(200)
    order.push('answered')
  }
  await rename('Redis hangs')
  await noticed
  // nobody waited: not even for the moment when it was clear that Redis would not answer
  expect(order).toEqual(['answered', 'answered', 'answered', 'noticed', 'noticed'])
  await rename('Redis hangs, and that is known')
  redis.resume()
  await healed([stream])
  await rename('Redis goes on')
  expectWhole(live, stream)
})

test('158 S4 S6 a Redis that comes and goes, and connections that are cut: nothing is lost or repeated, and it heals', async () => {
  const { stream, live, rename } = await arrange()
  for (const n of [1, 2, 3, 4]) {
    await rename(`up ${n}`)
    if (n % 2) await redis.kill()
    else way.cut()
    await rename(`down ${n}`)
    if (n % 2) await redis.start()
    way.cut()
    await rename(`cut ${n}`)
  }
  await healed([stream])
  await rename('at last')
  expectWhole(live, stream)
})

test('158 S6 an emptied Redis loses nobody anything', async () => {
  const { stream, live, rename } = await arrange()
  await healed([stream])
  await rename('before')
  expect(await redis.command('FLUSHALL')).toBe('OK')
  await rename('after')
  expect(await subscriptions()).toContain(`rollcall:${stream}`)
  expectWhole(live, stream)
})

test('162 S4 hints that come later than the heads are repetitions, and dropped', async () => {
  const { stream, live, rename } = await arrange()
  await healed([stream])
  way.delay(700, 500, Math.random)
  for (const n of [1, 2, 3, 4, 5]) await rename(`late ${n}`)
  // until the last of the late ones has come
  way.pass()
  await rename('in time')
  await rename('and in time again')
  expectWhole(live, stream)
})

test('S6 158 however many streams are watched, a node looks at all their heads in one query, twice a second, also after Redis was away', async () => {
  const { ada, stream, live, rename } = await arrange()
  const more = await Promise.all(Array.from({ length: 40 }, () => ada.createWorkspace()))
  const watcher = await connectLive(nodes().b, ada)
  for (const { id } of more) expect((await watcher.watch(streamOf('workspace', id))).ok).toBe(true)
  await redis.kill()
  await rename('away')
  await redis.start()
  await healed([stream, ...more.map(({ id }) => streamOf('workspace', id))])
  statements.forget()
  const started = performance.now()
  await expect.poll(() => statements.count(looks), soon).toBeGreaterThanOrEqual(6)
  // five pauses at least lie between six looks, and none is shorter than 0.4 s
  expect(performance.now() - started).toBeGreaterThan(5 * 400 - 100)
  expect(statements.count(/from events/)).toBe(0)
  for (const one of [live, watcher]) one.close()
})

/** Ada on node a, and Barbara's socket on node b, which watches. `rename` waits until that has heard of it. */
async function arrange() {
  const { a, b } = nodes()
  const { ada, barbara, workspace } = await newTeam(a)
  const stream = streamOf('workspace', workspace.id)
  const live = await connectLive(b, barbara)
  expect((await live.watch(stream)).ok).toBe(true)
  const path = `/api/workspaces/${workspace.id}`
  async function rename(name: string): Promise<void> {
    const { status, headers } = await ada.patch(path, { name })
    expect(status).toBe(200)
    await live.untilPosition(stream, positionIn(headers, stream))
  }
  return { ada, stream, live, rename, path }
}

/** Every position once and in order. */
function expectWhole(live: Live, stream: Stream): void {
  const positions = live.eventsOf(stream).map(({ position }) => position)
  expect(positions.length).toBeGreaterThan(0)
  expect(positions).toEqual(positions.map((_, n) => (positions[0] ?? 0) + n))
  live.close()
}

async function healed(streams: Stream[]): Promise<void> {
  const { a, b } = nodes()
  for (const node of [a, b]) await expect.poll(() => readiness(node), soon).toEqual({ code: 200, status: 'ready' })
  const wanted = streams.map((stream) => `rollcall:${stream}`)
  await expect.poll(subscriptions, soon).toEqual(expect.arrayContaining(wanted))
}

async function subscriptions(): Promise<string[]> {
  return (await redis.command('PUBSUB', 'SHARDCHANNELS')) as string[]
}

async function readiness(node: TestNode) {
  const answer = await fetch(`http://127.0.0.1:${node.port}/readyz`)
  const { status } = (await answer.json()) as { status: string }
  return { code: answer.status, status }
}
