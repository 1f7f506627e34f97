import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { ask } from '../faults/ask.ts'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { connectLive } from '../support/live.ts'
import type { TestNode } from '../support/node.ts'
import { newPerson, newUser, type Person } from '../support/people.ts'
import { useTopology } from '../support/topology.ts'

let topology: Topology
let a: ClusterNode
let b: ClusterNode

useTopology({ durable: false }, (started) => {
  topology = started
  ;[a, b] = topology.nodes as [ClusterNode, ClusterNode]
})

test('117 who is on a node that is killed drops out by itself when its time has run out; its next life starts with nobody', async () => {
  const { ada, workspaceId } = await arrange()
  const live = await watchAt(b, ada, workspaceId)
  await expect.poll(() => isOnline(ada, workspaceId)).toBe(true)
  await b.kill()
  await live.until(() => live.disconnected() !== null)
  // the other node cannot know yet
  expect(await isOnline(ada, workspaceId)).toBe(true)
  await expect.poll(() => isOnline(ada, workspaceId), { timeout: 25_000 }).toBe(false)
  await expect.poll(nodesKnown, { timeout: 25_000 }).toBe(1)
  await b.start()
  expect(await isOnline(ada, workspaceId)).toBe(false)
})

test('117 a node that cannot reach the database for a while says all of it again when it can', async () => {
  const { ada, workspaceId } = await arrange()
  // a page whose session is still being looked up when the database goes is closed, and comes back by itself: this one's is
  // known, over connections that others had opened before
  const others = [
    await watchAt(b, ada, workspaceId),
    await watchAt(b, ada, workspaceId),
    await watchAt(b, ada, workspaceId),
  ]
  await expect.poll(() => isOnline(ada, workspaceId)).toBe(true)
  const live = await watchAt(b, ada, workspaceId)
  for (const other of others) other.close()
  for (const _ of others) expect((await live.watch(streamOf('user', ada.userId))).ok).toBe(true)
  // who is here is shown behind a look at the heads that began after it came: its session was looked up before
  await live.until(() => live.presence.length > 0)
  b.proxies.database.blackHole()
  await expect.poll(() => isOnline(ada, workspaceId), { timeout: 30_000 }).toBe(false)
  b.proxies.database.pass()
  await expect.poll(() => isOnline(ada, workspaceId), { timeout: 30_000 }).toBe(true)
  expect(live.disconnected()).toBeNull()
  live.close()
  await expect.poll(() => isOnline(ada, workspaceId), { timeout: 10_000 }).toBe(false)
})

/** Ada, and her workspace. Whoever asks does so at node a. */
async function arrange() {
  const ada = await newUser({ port: a.port } as TestNode)
  const { workspaces } = await ada.me()
  return { ada, workspaceId: workspaces[0]?.id ?? '' }
}

async function watchAt(node: ClusterNode, person: Person, workspaceId: string) {
  const live = await connectLive({ port: node.port, url: topology.origin } as TestNode, person)
  expect((await live.watch(streamOf('workspace', workspaceId))).ok).toBe(true)
  return live
}

async function isOnline(person: ReturnType<typeof newPerson>, workspaceId: string): Promise<boolean> {
  const headers = { Host: topology.host, Cookie: person.cookie() }
  const { status, text } = await ask(a.port, `/api/workspaces/${workspaceId}/roster`, { headers })
  expect(status).toBe(200)
  const { members } = JSON.parse(text) as { members: { online: boolean }[] }
  return members.some(({ online }) => online)
}

async function nodesKnown(): Promise<number> {
  return (await topology.postgres.owner`select id from nodes`).length
}
