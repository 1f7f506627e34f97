import { expect, test } from 'vitest'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { connectLive, positionIn } from '../support/live.ts'
import { useTwoNodes, type TestNode } from '../support/node.ts'
import { newTeam } from '../support/people.ts'
import { useRedisCluster } from '../support/redis-cluster.ts'

const cluster = useRedisCluster()
const nodes = useTwoNodes(() => cluster().urls)
const soon = { timeout: 30_000 }

test('S4 S6 over a cluster of three masters: events go between the nodes on every master', async () => {
  const { a, b } = nodes()
  for (const node of [a, b]) await expect.poll(() => readiness(node), soon).toBe('ready')
  const { ada, live, streams } = await arrange()
  await expect.poll(() => cluster().channels(), soon).toEqual(expect.arrayContaining(streams.map(channelOf)))
  const used = await Promise.all(streams.map((stream) => cluster().masterOf(channelOf(stream))))
  expect(new Set(used)).toEqual(new Set([0, 1, 2]))
  for (const stream of streams) {
    for (const n of [1, 2, 3]) await renamed(ada, live, stream, `Over the cluster ${n}`)
    expectWhole(live, stream)
  }
  live.close()
  await expect.poll(async () => (await cluster().channels()).filter((one) => streams.map(channelOf).includes(one as never)), soon).toEqual([]) // prettier-ignore
})

test('S6 158 a master that is killed costs time, not events; when it is back, its streams are subscribed to again', async () => {
  const { a, b } = nodes()
  for (const node of [a, b]) await expect.poll(() => readiness(node), soon).toBe('ready')
  const { ada, live, streams } = await arrange()
  await expect.poll(() => cluster().channels(), soon).toEqual(expect.arrayContaining(streams.map(channelOf)))
  const [first] = streams as [Stream]
  const lost = await cluster().masterOf(channelOf(first))
  await cluster().kill(lost)
  for (const stream of streams) await renamed(ada, live, stream, 'A master is away')
  for (const node of [a, b]) await expect.poll(() => readiness(node), soon).toBe('degraded')
  // watched while its master is away: subscribed to with the others
  const late = await connectLive(b, ada)
  const own = streamOf('user', ada.userId)
  await late.watch(own)
  await cluster().start(lost)
  for (const node of [a, b]) await expect.poll(() => readiness(node), soon).toBe('ready')
  await expect.poll(() => cluster().channels(), soon).toEqual(expect.arrayContaining([...streams, own].map(channelOf)))
  for (const stream of streams) {
    await renamed(ada, live, stream, 'The master is back')
    expectWhole(live, stream)
  }
  for (const one of [live, late]) one.close()
})

/** Ada's workspaces, whose channels lie on all three masters, and her socket on node b, which watches them. */
async function arrange() {
  const { a, b } = nodes()
  const { ada } = await newTeam(a)
  const found = new Map<number, Stream>()
  while (found.size < 3) {
    const stream = streamOf('workspace', (await ada.createWorkspace()).id)
    found.set(await cluster().masterOf(channelOf(stream)), stream)
  }
  const live = await connectLive(b, ada)
  const streams = [...found.values()]
  for (const stream of streams) expect((await live.watch(stream)).ok).toBe(true)
  return { ada, live, streams }
}

type Arranged = Awaited<ReturnType<typeof arrange>>

async function renamed(ada: Arranged['ada'], live: Arranged['live'], stream: Stream, name: string): Promise<void> {
  const { status, headers } = await ada.patch(`/api/workspaces/${stream.slice('workspace:'.length)}`, { name })
  expect(status).toBe(200)
  await live.untilPosition(stream, positionIn(headers, stream))
}

function expectWhole(live: Arranged['live'], stream: Stream): void {
  const positions = live.eventsOf(stream).map(({ position }) => position)
  expect(positions.length).toBeGreaterThan(0)
  expect(positions).toEqual(positions.map((_, n) => (positions[0] ?? 0) + n))
}

function channelOf(stream: Stream) {
  return `rollcall:${stream}` as const
}

async function readiness(node: TestNode): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${node.port}/readyz`)
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { status: string }).status
}
