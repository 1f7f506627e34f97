import { expect, onTestFinished, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { connectLive, type Live } from '../support/live.ts'
import type { TestNode } from '../support/node.ts'
import { newTeam, type Person } from '../support/people.ts'
import { shownIn } from '../support/presence.ts'
import { useTopology } from '../support/topology.ts'

let topology: Topology
let a: ClusterNode
let b: ClusterNode
let team: Awaited<ReturnType<typeof newTeam>>

useTopology({ durable: false }, async (started) => {
  topology = started
  ;[a, b] = topology.nodes as [ClusterNode, ClusterNode]
  const node: Partial<TestNode> = { port: a.port, url: topology.origin, mail: topology.mail }
  team = await newTeam(node as TestNode)
})

test('117 whose node is killed goes from the pages at the others within thirteen seconds, and who comes back elsewhere never goes', async () => {
  const { ada, adaId, grace, graceId, barbara, barbaraId, open, untilShown } = await arrange()
  const owner = await open(ada, a)
  await open(grace, b)
  await open(barbara, b)
  await untilShown(owner, [adaId, graceId, barbaraId])
  const killedAt = performance.now()
  await b.kill()
  await open(grace, a)
  await untilShown(owner, [adaId, graceId])
  expect(performance.now() - killedAt).toBeLessThan(13_000)
  expect(goneFrom(owner)).toEqual([barbaraId])
  await b.start()
  await open(barbara, b)
  await untilShown(owner, [adaId, graceId, barbaraId])
})

test('117 with Redis away who comes, looks elsewhere and goes at another node shows a beat later', async () => {
  const { ada, adaId, grace, graceId, stream, open, untilShown } = await arrange()
  const owner = await open(ada, a)
  await topology.redis.kill()
  const admin = await open(grace, b)
  await untilShown(owner, [adaId, graceId])
  expect(await admin.look({ stream, place: 'help-desk' })).toEqual({ ok: true })
  await owner.until(() => shownIn(owner.presence, stream)?.[graceId]?.[0] === 'help-desk')
  await untilShown(admin, [adaId, graceId])
  admin.close()
  await untilShown(owner, [adaId])
  await topology.redis.start()
  await open(grace, b)
  await untilShown(owner, [adaId, graceId])
})

test('117 after PostgreSQL was killed, with all that the nodes had told, nobody has gone who is there', async () => {
  const { ada, adaId, grace, graceId, stream, open, untilShown } = await arrange()
  const owner = await open(ada, a)
  const admin = await open(grace, b)
  for (const page of [owner, admin]) await untilShown(page, [adaId, graceId])
  await topology.postgres.kill()
  await topology.postgres.start()
  await expect.poll(rowsTold, { timeout: 30_000 }).toBeGreaterThanOrEqual(2)
  await admin.look({ stream, place: 'plan' })
  await owner.until(() => shownIn(owner.presence, stream)?.[graceId]?.[0] === 'plan')
  for (const page of [owner, admin]) expect(goneFrom(page)).toEqual([])
  expect([owner.disconnected(), admin.disconnected()]).toEqual([null, null])
})

/** The team, whose pages are opened at any node. Whoever the test before had there has gone. */
async function arrange() {
  const stream = streamOf('workspace', team.workspace.id)
  async function open(person: Person, node: ClusterNode): Promise<Live> {
    const live = await connectLive({ port: node.port, url: topology.origin } as TestNode, person)
    expect((await live.watch(stream)).ok).toBe(true)
    onTestFinished(() => void live.close())
    return live
  }
  const untilShown = (live: Live, members: string[]) =>
    live.until(() => {
      const shown = shownIn(live.presence, stream)
      return shown !== null && JSON.stringify(Object.keys(shown).sort()) === JSON.stringify([...members].sort())
    })
  await expect.poll(rowsTold, { timeout: 30_000 }).toBe(0)
  return { ...team, stream, open, untilShown }
}

function goneFrom(live: Live): string[] {
  return live.presence.flatMap(({ gone }) => gone)
}

async function rowsTold(): Promise<number> {
  const rows = await topology.postgres.owner`select user_id from presence`.catch(() => null)
  return rows?.length ?? Number.NaN
}
