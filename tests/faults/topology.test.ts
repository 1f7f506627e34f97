import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { TestNode } from '../support/node.ts'
import { newPerson, password } from '../support/people.ts'
import { ask, type Told } from './ask.ts'
import { startTopology, type ClusterNode, type Topology } from './topology.ts'

const soon = { timeout: 10_000, interval: 50 }
const clock = path.resolve('tests/faults/shifted-clock.mjs')
let topology: Topology
let a: ClusterNode
let b: ClusterNode

beforeAll(async () => {
  topology = await startTopology()
  ;[a, b] = topology.nodes as [ClusterNode, ClusterNode]
})

afterAll(() => topology?.stop())

afterEach(() => {
  topology.mail.behave('well')
  for (const { proxies } of topology.nodes) for (const proxy of Object.values(proxies)) proxy.pass()
})

test('every node answers under the one address, and the first one under its own', async () => {
  expect((await newPerson({ port: a.port } as TestNode).signUp()).status).toBe(201)
  expect(await signUp(b)).toMatchObject({ status: 201 })
  expect(topology.host).toBe(`localhost:${a.port}`)
  expect(topology.origin).toBe(`http://${topology.host}`)
  const elsewhere = await ask(b.port, '/api/me')
  expect(JSON.parse(elsewhere.text)).toMatchObject({ code: 'unknown_host' })
  expect(await a.metrics()).toContain('rollcall_redis_up 1')
})

test('a killed node comes back at the same address, and the other one serves meanwhile', async () => {
  const { port } = a
  await a.kill()
  expect(a.running()).toBe(false)
  await expect(signUp(a)).rejects.toThrow()
  expect((await signUp(b)).status).toBe(201)
  await a.start()
  expect(a.running()).toBe(true)
  expect(a.port).toBe(port)
  expect((await signUp(a)).status).toBe(201)
})

test('SIGTERM ends a node with 0; another life may have another clock', async () => {
  expect(await b.terminate()).toBe(0)
  await b.start({ NODE_OPTIONS: `--import=${clock}`, CLOCK_SHIFT_MS: '86400000' })
  expect((await signUp(b)).status).toBe(201)
  expect(await b.terminate()).toBe(0)
  await b.start()
})

test('a paused node answers nobody until it goes on', async () => {
  let answered = false
  b.pause()
  const waiting = signUp(b).finally(() => (answered = true))
  expect((await signUp(a)).status).toBe(201)
  expect(answered).toBe(false)
  b.resume()
  expect((await waiting).status).toBe(201)
})

test('a killed PostgreSQL fails requests, and comes back with all that it had committed', async () => {
  const { postgres } = topology
  const known = await signUp(a)
  await postgres.kill()
  expect((await signUp(a)).status).toBeGreaterThanOrEqual(500)
  await postgres.start()
  expect(await usersWith(known.email)).toBe(1)
  for (const node of [a, b]) await expect.poll(() => statusOf(node), soon).toBe(201)
})

test('PostgreSQL in a black hole fails what needs it, and it works again once that is healed', async () => {
  a.proxies.database.blackHole()
  expect((await signUp(a)).status).toBeGreaterThanOrEqual(500)
  expect((await signUp(b)).status).toBe(201)
  a.proxies.database.pass()
  await expect.poll(() => statusOf(a), soon).toBe(201)
})

test('cut behind a commit, what was done is done, and nobody was told', async () => {
  // prepared by now: only its name goes over the wire
  await signUp(a)
  a.proxies.database.cutAfter('commit', () => true)
  const { status, email } = await signUp(a)
  a.proxies.database.pass()
  expect(status).toBeGreaterThanOrEqual(500)
  // the client was cut off when PostgreSQL had the COMMIT, which is before it has done it
  await expect.poll(() => usersWith(email), soon).toBe(1)
  await expect.poll(() => statusOf(a), soon).toBe(201)
})

test('a slow way takes longer, a cut one is mended, a refused one waits for pass', async () => {
  const { client } = a.proxies
  client.delay(100, 50, Math.random)
  const started = performance.now()
  expect((await ready(a)).status).toBe(200)
  expect(performance.now() - started).toBeGreaterThanOrEqual(199)
  client.refuse()
  await expect(ready(a)).rejects.toThrow()
  client.pass()
  expect((await ready(a)).status).toBe(200)
  await expect.poll(() => client.connections(), soon).toBe(0)
  client.blackHole()
  const hanging = expect(ready(a)).rejects.toThrow()
  await expect.poll(() => client.connections()).toBe(1)
  client.cut()
  await hanging
  expect((await ready(a)).status).toBe(200)
})

test('without Redis nodes are degraded, and ready once it is back', async () => {
  const { redis } = topology
  const state = async () => (JSON.parse((await ready(a)).text) as { status: string }).status
  await redis.kill()
  await expect.poll(state, soon).toBe('degraded')
  await redis.start()
  await expect.poll(state, soon).toBe('ready')
  redis.pause()
  await expect.poll(state, soon).toBe('degraded')
  redis.resume()
  await expect.poll(state, soon).toBe('ready')
  expect(await redis.command('FLUSHALL')).toBe('OK')
  expect(await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')).toBeGreaterThan(0)
})

test.each([
  ['refuses', 0],
  ['drops', 1],
] as const)('a mail server that %s is sent the email again', async (how, kept) => {
  const { mail } = topology
  const to = `${how}@example.com`
  const ada = await signUpToTheEnd(a)
  const before = await failures()
  mail.behave(how)
  await invite(ada, to)
  await expect.poll(failures, soon).toBeGreaterThan(before)
  expect(mail.countTo(to)).toBe(kept)
  mail.behave('well')
  await mail.next(to, kept)
  // the same email, which a mailbox shows once
  const ids = mail.received.filter((one) => one.to === to).map(({ headers }) => headers.find(isMessageId))
  expect(new Set(ids).size).toBe(1)
})

test('a slow mail server has the email, and answers later', async () => {
  const { mail } = topology
  const ada = await signUpToTheEnd(a)
  const before = await done()
  mail.behave('slow')
  await invite(ada, 'slow@example.com')
  const { at } = await mail.next('slow@example.com')
  expect(await done()).toBe(before)
  await expect.poll(done, soon).toBe(before + 1)
  expect(Date.now() - at).toBeGreaterThanOrEqual(2_990)
})

type Ada = Told & { email: string; cookie: string }

/** With the email that confirms the address, so that none is on its way that a test does not know of. */
async function signUpToTheEnd(node: ClusterNode): Promise<Ada> {
  const ada = await signUp(node)
  const { owner } = topology.postgres
  const waiting = () => owner`select id from graphile_worker.jobs where task_identifier = 'send-email'`
  await expect.poll(waiting, soon).toEqual([])
  return ada
}

function done(): Promise<number> {
  return sum(/jobs_done_total\{task="send-email"\} (\d+)/)
}

async function signUp(node: ClusterNode): Promise<Ada> {
  const email = `ada.${randomUUID()}@example.com`
  const body = { email, password, name: 'Ada' }
  const told = await ask(node.port, '/api/auth/sign-up', { method: 'POST', body, headers: ourHeaders() })
  return { ...told, email, cookie: told.headers['set-cookie']?.[0]?.split(';')[0] ?? '' }
}

async function usersWith(email: string): Promise<number> {
  const users = await topology.postgres.owner`select id from users where email = ${email}`
  return users.length
}

async function statusOf(node: ClusterNode): Promise<number> {
  return (await signUp(node)).status
}

async function invite({ text, cookie }: Ada, email: string): Promise<void> {
  const [own] = (JSON.parse(text) as { workspaces: { id: string }[] }).workspaces
  const path = `/api/workspaces/${own?.id}/invitations`
  const headers = { ...ourHeaders(), Cookie: cookie }
  const { status } = await ask(a.port, path, { method: 'POST', body: { email, role: 'editor' }, headers })
  expect(status).toBe(201)
}

const ready = (node: ClusterNode) => ask(node.port, '/readyz')
const ourHeaders = () => ({ Host: topology.host, Origin: topology.origin })
const failures = () => sum(/jobs_failed_total\{task="send-email"\} (\d+)/)
const isMessageId = (line: string) => /^message-id:/i.test(line)

/** Of both nodes: either sends what the other enqueued. */
async function sum(metric: RegExp): Promise<number> {
  const texts = await Promise.all(topology.nodes.map((node) => node.metrics()))
  return texts.reduce((total, text) => total + Number(metric.exec(text)?.[1] ?? 0), 0)
}
