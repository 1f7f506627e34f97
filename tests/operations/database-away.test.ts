import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { invites } from '../faults/reading.ts'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { call, newCaller, type Caller, type Reply } from '../support/caller.ts'
import { figureOf } from '../support/figures.ts'
import { password } from '../support/people.ts'
import { useTopology } from '../support/topology.ts'

const soon = { timeout: 40_000, interval: 20 }
const unavailable = { status: 503, headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) as string } }
let topology: Topology
let a: ClusterNode
let b: ClusterNode
let ada: Caller

useTopology({}, async (started) => {
  topology = started
  ;[a, b] = topology.nodes as [ClusterNode, ClusterNode]
  ada = await newCaller(topology, a)
})

test('153 I7 kill -9 of PostgreSQL under traffic: 503 with Retry-After, nothing half, and it serves again by itself', async () => {
  const { postgres } = topology
  const written = writeAt([a, b, a, b, a, b])
  await written.until((replies) => replies.length > 10)
  await postgres.kill()
  await written.until((replies) => replies.at(-1)?.reply.status === 503)
  await postgres.start()
  const back = performance.now()
  for (const node of [a, b]) {
    await expect.poll(async () => (await ada.call(node, '/api/me')).status, soon).toBe(200)
    await expect.poll(async () => (await ada.invite(node, newAddress())).status, soon).toBe(201)
  }
  const took = performance.now() - back
  const replies = await written.stop()
  const failed = replies.filter(({ reply }) => reply.status !== 201)
  expect(failed.length).toBeGreaterThan(0)
  for (const { reply } of failed) expect(reply).toMatchObject(unavailable)
  expect(await lost(replies)).toEqual([])
  expect(took).toBeLessThan(30_000)
  // also what workers had in their hands when it went away is done, by whoever took their place
  const { mail } = topology
  const jobs = () => postgres.owner`select id from graphile_worker.jobs where task_identifier = 'send-email'`
  await expect.poll(jobs, { ...soon, timeout: 100_000 }).toEqual([])
  const told = replies.filter(({ reply }) => reply.status === 201).map(({ email }) => email)
  expect(told.filter((email) => mail.countTo(email) === 0)).toEqual([])
})

test('51 154 I14 PostgreSQL in a black hole: every kind of request is answered 503 within 3 s, and watch too', async () => {
  await b.kill()
  await expect.poll(async () => (await backends('rollcall-queue')).length, soon).toBe(1)
  const live = await ada.live(a)
  const picture = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const written = writeAt([a, a])
  await written.until((replies) => replies.length > 2)
  const former = await ownBackends()
  const late = monitorEventLoopDelay()
  late.enable()
  a.proxies.database.blackHole()
  const watching = live.watch(ada.stream)
  const waiting = Promise.all([
    ada.call(a, '/api/me'),
    ada.call(a, `/api/workspaces/${ada.workspaceId}/roster`),
    ada.call(a, '/api/workspaces', { method: 'POST', body: { name: 'In the hole' } }),
    call(topology, a, '/api/auth/sign-in', { method: 'POST', body: { email: ada.email, password } }),
    call(topology, a, '/api/auth/sign-up', { method: 'POST', body: { email: 'hal@example.com', password, name: 'Hal' } }),
    ada.call(a, '/api/handles/somewhere'),
    call(topology, a, '/readyz'),
    upload(picture),
  ]) // prettier-ignore
  // what an operator looks at now: a figure that needs the database is left out, the others are told
  expect(await figureOf(a, 'rollcall_pool_busy')).toBeGreaterThan(0)
  expect((await call(topology, a, '/healthz')).status).toBe(200)
  const replies = await waiting
  expect(await watching).toEqual({ ok: false, code: 'unavailable' })
  late.disable()
  // this process and the node share a machine: by what this one was late, that one was
  const most = 3_000 + 3 * (late.max / 1e6)
  for (const reply of replies.slice(0, 6))
    expect(reply).toMatchObject({ ...unavailable, body: { code: 'unavailable' } })
  expect(replies[6]).toMatchObject({ status: 503, body: { status: 'unavailable', database: 'down' } })
  expect(replies[7]).toMatchObject({ status: 503 })
  expect(replies.map(({ took }) => Math.round(took)).filter((took) => took > most)).toEqual([])

  for (const _ of [1, 2]) expect(await ada.call(a, '/api/me')).toMatchObject(unavailable)
  a.proxies.database.pass()
  await expect.poll(async () => (await ada.call(a, '/api/me')).status, soon).toBe(200)
  await expect.poll(async () => (await ada.invite(a, newAddress())).status, soon).toBe(201)
  await expect.poll(async () => (await call(topology, a, '/readyz')).status, soon).toBe(200)
  // given up, not waited for: no connection from before is left but those that only listen, and a worker's that asked nothing
  await expect.poll(async () => (await ownBackends()).filter((pid) => former.includes(pid)), soon).toEqual([])
  const all = await written.stop()
  expect(all.filter(({ reply }) => reply.status !== 201 && reply.status !== 503)).toEqual([])
  expect(await lost(all)).toEqual([])
  const watched = await live.watch(ada.stream)
  expect(watched).toMatchObject({ ok: true })
  const invited = newAddress()
  await ada.invite(a, invited)
  await live.untilPosition(ada.stream, watched.ok ? watched.position + 1 : 0)
  // the workers are there again, too
  await topology.mail.next(invited)
  expect(await topology.postgres.owner`select id from users where email = 'hal@example.com'`).toEqual([])
  await expect.poll(() => figureOf(a, 'rollcall_pool_busy'), soon).toBe(0)
  live.close()
})

test('94 I8 a commit whose answer is lost: 503, and the same key gives the first answer with one effect', async () => {
  const headers = { 'Idempotency-Key': randomUUID() }
  const email = newAddress()
  const ask = () => ada.invite(a, email, headers)
  a.proxies.database.cutAfter('commit', invites)
  expect(await ask()).toMatchObject(unavailable)
  a.proxies.database.pass()
  const invitations = () => topology.postgres.owner<{ id: string }[]>`select id from invitations where email = ${email}`
  // the client was cut off when PostgreSQL had the COMMIT, which is before it has done it
  await expect.poll(invitations, soon).toHaveLength(1)
  const [row] = await invitations()
  await expect.poll(async () => (await ask()).status, soon).toBe(201)
  const again = await ask()
  expect(again).toMatchObject({ status: 201, body: { id: row?.id } })
  await topology.mail.next(email)
  expect(await invitations()).toHaveLength(1)
  const [told] = await topology.postgres.owner<{ count: number }[]>`
    select count(*)::int from events where type = 'invitation.sent' and data->'invitation'->>'id' = ${row?.id ?? ''}`
  expect(told).toEqual({ count: 1 })
  expect(topology.mail.countTo(email)).toBe(1)
  expect((await ada.invite(a, email)).body.code).toBe('already_invited')
})

type Written = { email: string; reply: Reply<{ id: string }> }

/** One invitation after the other at each of these nodes, until `stop`. */
function writeAt(nodes: ClusterNode[]) {
  const replies: Written[] = []
  let going = true
  const writing = Promise.all(
    nodes.map(async (node) => {
      while (going) {
        const email = newAddress()
        replies.push({ email, reply: await ada.invite(node, email) })
      }
    }),
  )
  return {
    until: (condition: (replies: Written[]) => boolean) => expect.poll(() => condition(replies), soon).toBe(true),
    async stop(): Promise<Written[]> {
      going = false
      await writing
      return replies
    },
  }
}

/** What was answered and is not there. */
async function lost(replies: Written[]): Promise<string[]> {
  const told = replies.filter(({ reply }) => reply.status === 201).map(({ email }) => email)
  const rows = await topology.postgres.owner<{ email: string }[]>`
    select email from invitations where email = any(${told})`
  const kept = new Set(rows.map(({ email }) => email))
  return told.filter((email) => !kept.has(email))
}

/** Those of the node itself: what its workers hold asks nothing while there is no job. */
async function ownBackends(): Promise<number[]> {
  const ofWorkers = await backends('rollcall-jobs')
  return (await backends('rollcall%')).filter((pid) => !ofWorkers.includes(pid))
}

/** The connections of nodes that do more than listen, by their server processes. */
async function backends(name: string): Promise<number[]> {
  const rows = await topology.postgres.owner<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name like ${name} and query not like 'LISTEN%'`
  return rows.map(({ pid }) => pid)
}

function newAddress(): string {
  return `${randomUUID()}@example.com`
}

function upload(picture: Buffer): Promise<Reply<unknown>> {
  const sent = performance.now()
  const path = `/api/workspaces/${ada.workspaceId}/membership/avatar`
  const headers = { Host: topology.host, Origin: topology.origin, Cookie: ada.cookie, 'Content-Type': 'image/png' }
  return new Promise((resolve, reject) => {
    const asked = request({ method: 'PUT', host: '127.0.0.1', port: a.port, path, headers, agent: false }, (answer) => {
      answer.resume().on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: null, headers: answer.headers, took: performance.now() - sent })
      })
    })
    asked.on('error', reject).end(picture)
  })
}
