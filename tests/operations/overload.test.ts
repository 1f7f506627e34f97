import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, expect, test } from 'vitest'
import type postgres from 'postgres'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { call, newCaller, type Caller } from '../support/caller.ts'
import { figureOf } from '../support/figures.ts'
import { startRecorder, type Recorder } from '../support/startup-recorder.ts'
import { useTopology } from '../support/topology.ts'

const soon = { timeout: 30_000, interval: 50 }
// on a busy machine our own deadline may come before the database's
const code = expect.stringMatching(/^(overloaded|unavailable)$/) as string
const retryAfter = { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) as string }
let topology: Topology
let node: ClusterNode
let recorder: Recorder
let ada: Caller

useTopology({ nodes: 1, durable: false }, async (started) => {
  topology = started
  node = topology.nodes[0] as ClusterNode
  recorder = await startRecorder(topology.postgres.url)
  await node.terminate()
  await node.start({ DATABASE_URL: recorder.url })
  ada = await newCaller(topology, node)
})

afterAll(() => recorder?.close())
afterEach(() => topology.postgres.owner`drop function if exists dawdle cascade`)

test('155 every connection that a node keeps, of every pool, tells PostgreSQL how long it may take', async () => {
  // enough at once that the pool for requests is full, a job for the workers, and somebody who watches
  const live = await ada.live(node)
  await Promise.all(Array.from({ length: 40 }, () => ada.invite(node, `${randomUUID()}@example.com`)))
  const kept = () => recorder.greetings.filter(({ application_name: name }) => name?.startsWith('rollcall'))
  const names = () => [...new Set(kept().map(({ application_name: name }) => name))].sort()
  await expect
    .poll(names, soon)
    .toEqual(['rollcall', 'rollcall-health', 'rollcall-jobs', 'rollcall-live', 'rollcall-queue'])
  const untimed = kept().filter((greeting) =>
    ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'].some(
      (setting) => !(Number(greeting[setting]) > 0 && Number(greeting[setting]) <= 5_000),
    ),
  )
  expect(untimed).toEqual([])
  // one that is just being made has no name yet
  const now = await topology.postgres.owner<{ name: string }[]>`
    select distinct application_name as name from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name not in ('postgres.js', '')`
  expect(now.map(({ name }) => name).sort()).toEqual(names())
  live.close()
})

test('155 a statement that is too slow is ended by the database: 503 overloaded, and nothing is done', async () => {
  await topology.postgres.owner.unsafe(`
    create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(30); return new; end';
    create trigger dawdle before insert on workspaces for each row execute function dawdle()`)
  const name = `Slow ${randomUUID()}`
  const reply = await ada.call(node, '/api/workspaces', { method: 'POST', body: { name } })
  expect(reply).toMatchObject({ status: 503, body: { code }, headers: retryAfter })
  expect(await topology.postgres.owner`select id from workspaces where name = ${name}`).toEqual([])
})

test('155 a lock that is not to be had is given up: 503 overloaded, and the next one works once it is free', async () => {
  const rename = () =>
    ada.call(node, `/api/workspaces/${ada.workspaceId}`, { method: 'PATCH', body: { name: 'Renamed' } })
  await whileLocked(
    (tx) => tx`select id from workspaces where id = ${ada.workspaceId} for update`,
    async () => {
      expect(await rename()).toMatchObject({ status: 503, body: { code }, headers: retryAfter })
    },
  )
  expect((await rename()).status).toBe(200)
})

test.each(['used before', 'new'])(
  '155 a transaction whose node says nothing more is ended by the database, and its locks with it, on a connection that is %s',
  async (connection) => {
    const { owner } = topology.postgres
    // on a new one each statement is described before it is executed, and the node stops in between
    if (connection === 'new')
      await owner`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall'`
    await expect.poll(async () => (await ada.call(node, '/api/me')).status, soon).toBe(200)
    await owner.unsafe(`
    create function dawdle() returns trigger language plpgsql as 'begin perform pg_sleep(1); return new; end';
    create trigger dawdle before insert on workspaces for each row execute function dawdle()`)
    const creating = ada.call(node, '/api/workspaces', { method: 'POST', body: { name: 'Paused' } }).catch(() => null)
    await expect.poll(() => owner`select pid from pg_stat_activity where wait_event = 'PgSleep'`, soon).toHaveLength(1)
    node.pause()
    // not the node, which is stopped: the database ends what stays idle within its transaction
    await expect
      .poll(() => owner`select id from accounts where owner_id = ${ada.userId} for update nowait`.catch(() => []), soon)
      .toHaveLength(1)
    node.resume()
    expect((await creating)?.status ?? 503).toBe(503)
    await expect.poll(async () => (await ada.call(node, '/api/me')).status, soon).toBe(200)
  },
)

test('156 I14 more than the pool can take: who waits is answered in time, who would wait too long at once, and it recovers', async () => {
  const quickRefusals = async () =>
    (await figureOf(node, 'rollcall_http_duration_seconds_bucket{le="1",status="503"}')) || 0
  const before = await quickRefusals()
  await whileLocked(
    (tx) => tx`lock table members in access exclusive mode`,
    async () => {
      const sent = Array.from({ length: 600 }, () =>
        ada.call(node, `/api/workspaces/${ada.workspaceId}/roster`, { timeout: 20_000 }),
      )
      await expect.poll(() => figureOf(node, 'rollcall_pool_shed_total'), soon).toBeGreaterThan(0)
      const ready = await call(topology, node, '/readyz')
      expect(ready.status).toBe(200)
      const replies = await Promise.all(sent)
      for (const reply of replies) expect(reply).toMatchObject({ status: 503, headers: retryAfter })
      const codes = replies.map(({ body }) => body.code)
      expect(new Set(codes)).toEqual(new Set(['overloaded', 'unavailable']))
      const shed = await figureOf(node, 'rollcall_pool_shed_total')
      // those did not wait for what the others waited for, which is a lock for two seconds; from their heads on, since
      // whoever sends so many at once is slow at it
      expect((await quickRefusals()) - before).toBeGreaterThan(shed / 2)
    },
  )
  await expect.poll(() => figureOf(node, 'rollcall_pool_busy'), soon).toBe(0)
  const after = await Promise.all(Array.from({ length: 30 }, () => ada.call(node, '/api/me')))
  expect(after.map(({ status }) => status).filter((status) => status !== 200)).toEqual([])
})

async function whileLocked(
  lock: (tx: postgres.TransactionSql) => PromiseLike<unknown>,
  work: () => Promise<void>,
): Promise<void> {
  await topology.postgres.owner.begin(async (tx) => {
    await lock(tx)
    await work()
  })
}
