import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createClient } from 'redis'
import { streamOf } from '#shared/protocol/streams.ts'
import { startFaultProxy, type FaultProxy } from '../faults/fault-proxy.ts'
import { startKillableRedis, type KillableRedis } from '../support/killable-redis.ts'
import { atPort } from '../support/ports.ts'
import { connectLive, positionIn } from '../support/live.ts'
import { useTwoNodes } from '../support/node.ts'
import { newTeam } from '../support/people.ts'

let redis: KillableRedis
let way: FaultProxy
beforeAll(async () => {
  redis = await startKillableRedis()
  way = await startFaultProxy(() => Number(new URL(redis.url).port))
})
const nodes = useTwoNodes(() => atPort(redis.url, way.port))
afterAll(async () => {
  await way.close()
  await redis.kill()
})
afterEach(async () => {
  way.pass()
  await redis.kill()
  await redis.start()
})

type Arranged = Awaited<ReturnType<typeof arrange>>

test.each<[string, (arranged: Arranged) => Promise<number>]>([
  [
    'with Redis down',
    async ({ remove, rename }) => {
      await redis.kill()
      const at = await remove()
      await rename('after')
      return at
    },
  ],
  [
    'with Redis killed and restarted in between',
    async ({ remove, rename }) => {
      await redis.kill()
      const at = await remove()
      await redis.start()
      await rename('after')
      return at
    },
  ],
  [
    'with a subscriber slower than the publisher',
    async ({ remove, rename }) => {
      way.delay(300, 600, Math.random)
      const at = await remove()
      await rename('after')
      return at
    },
  ],
  [
    'with the hint of the removal dropped and those after it heard',
    async ({ remove, rename }) => {
      way.blackHole()
      const at = await remove()
      // what is in the black hole is never heard, and nobody is subscribed until it is noticed
      way.cut()
      await rename('after')
      return at
    },
  ],
  [
    'with every hint repeated, and out of order',
    async ({ remove, rename, stream }) => {
      const repeater = await createClient({ url: redis.url }).connect()
      const speaker = await createClient({ url: redis.url }).connect()
      const heard: string[] = []
      await repeater.sSubscribe(`rollcall:${stream}`, (message) => {
        if (heard.length >= 40) return
        heard.push(message)
        for (const old of heard.slice(-3).reverse()) void speaker.sPublish(`rollcall:${stream}`, old)
      })
      await rename('before')
      const at = await remove()
      await rename('after')
      repeater.destroy()
      speaker.destroy()
      return at
    },
  ],
])('102 I5 %s: the socket is evicted, and nothing that was committed after the removal is ever heard', async (_, act) => {
  const arranged = await arrange()
  const { stream, far, near, rename, barbaraId } = arranged
  const at = await act(arranged)
  await rename('and later')
  for (const live of [far, near]) await live.until(() => live.closed.length > 0)
  way.pass()
  // whatever is on its way to the others has come by then
  await rename('at last')
  for (const live of [far, near]) {
    expect(live.closed).toEqual([{ stream, code: 'removed' }])
    expect(live.eventsOf(stream).filter(({ position }) => position >= at)).toEqual([])
    expect(await live.watch(stream, 0)).toEqual({ ok: false, code: 'not_found' })
    live.close()
  }
  // and whoever stays has heard of it, once
  const told = arranged.witness.eventsOf(stream).filter(({ type }) => type === 'member.removed')
  expect(told).toMatchObject([{ position: at, data: { memberId: barbaraId } }])
  arranged.witness.close()
}) // prettier-ignore

/** Barbara, to be removed, at both nodes; Grace, who stays, at the one where nothing is committed. */
async function arrange() {
  const { a, b } = nodes()
  const { ada, grace, barbara, barbaraId, workspace } = await newTeam(a)
  const stream = streamOf('workspace', workspace.id)
  const [near, far, witness] = await Promise.all([
    connectLive(a, barbara),
    connectLive(b, barbara),
    connectLive(b, grace),
  ])
  for (const live of [near, far, witness]) expect((await live.watch(stream)).ok).toBe(true)
  await expect.poll(() => redis.command('PUBSUB', 'SHARDCHANNELS'), { timeout: 20_000 }).toContain(`rollcall:${stream}`)
  async function remove(): Promise<number> {
    const { headers } = await ada.delete(`/api/workspaces/${workspace.id}/members/${barbaraId}`)
    return positionIn(headers, stream)
  }
  /** Until Grace has heard of it at the other node. */
  async function rename(name: string): Promise<void> {
    const { headers } = await ada.patch(`/api/workspaces/${workspace.id}`, { name })
    await witness.untilPosition(stream, positionIn(headers, stream))
  }
  return { stream, near, far, witness, barbaraId, remove, rename }
}
