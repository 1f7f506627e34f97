import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ask } from '../faults/ask.ts'
import { createNode } from '../faults/cluster-node.ts'
import type { ClusterNode, Topology } from '../faults/topology.ts'
import { newCaller, type Caller } from '../support/caller.ts'
import { patience, useTopology } from '../support/topology.ts'
import { startVisitors } from '../support/visitors.ts'

const soon = { timeout: 60_000, interval: 20 }
let topology: Topology
let a: ClusterNode
let b: ClusterNode
let ada: Caller
const ends: (() => unknown)[] = []

useTopology({ durable: false }, async (started) => {
  topology = started
  ;[a, b] = topology.nodes as [ClusterNode, ClusterNode]
  ada = await newCaller(topology, b)
})

afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

test('163 I15 SIGTERM under load: nobody fails, sockets move over bit by bit, and it ends with 0 whoever lingers', async () => {
  const lives = await Promise.all(Array.from({ length: 18 }, () => ada.live(a)))
  const left: number[] = []
  for (const { socket } of lives) socket.on('disconnect', () => left.push(performance.now()))
  await Promise.all(lives.map((live) => live.watch(ada.stream)))
  const lingering = connect(a.port, '127.0.0.1').on('error', () => undefined)
  lingering.write(`GET /healthz HTTP/1.1\r\nHost: ${topology.host}\r\n\r\n`)
  const unfinished = connect(a.port, '127.0.0.1').on('error', () => undefined)
  unfinished.write(`POST /api/workspaces HTTP/1.1\r\nHost: ${topology.host}\r\nContent-Length: 100\r\n\r\n{`)
  await deaf(a.port)
  const visitors = startVisitors(topology, [a, b], ada)
  await expect.poll(visitors.answered, soon).toBeGreaterThan(20)
  const slow = await slowUpload(a.port)

  const ending = a.terminate()
  await expect.poll(async () => (await ask(a.port, '/readyz')).status, soon).toBe(503)
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': randomBytes(16).toString('base64') }
  const headers = { Host: topology.host, Origin: topology.origin, Cookie: ada.cookie, ...upgrade }
  const refused = await ask(a.port, '/socket.io/?EIO=4&transport=websocket', { headers })
  expect(refused.status).toBe(503)
  expect(await slow.finish()).toBe(200)
  // 0: it was done within its ten seconds, else it would have given up with 1
  expect(await ending).toBe(0)
  await expect.poll(() => left.length, soon).toBe(lives.length)
  expect(lives.map((live) => live.disconnected()).filter((reason) => reason !== 'transport close')).toEqual([])
  expect(Math.max(...left) - Math.min(...left)).toBeGreaterThan(2_000)
  const soFar = visitors.answered()
  await expect.poll(visitors.answered, soon).toBeGreaterThan(soFar + 20)
  await visitors.stop()
  expect(visitors.failures).toEqual([])
  expect(a.complaints).toEqual([])
  lingering.destroy()
  unfinished.destroy()
  await a.start()
}) // prettier-ignore

test('167 the next version beside this one on one schema: no request fails, news goes both ways, and there is a way back', async () => {
  const { owner, url: databaseUrl } = topology.postgres
  const { folder, program } = await nextVersion()
  const peers = { databaseUrl, redisUrl: topology.redis.url, smtpUrl: topology.mail.url }
  const env = () => ({ PUBLIC_URL: topology.origin, DATA_DIR: folder })
  const { node: next, close } = await createNode({ name: 'next', program, patience, env, ...peers })
  ends.push(close)
  const visitors = startVisitors(topology, [a, b, next], ada)
  await expect.poll(visitors.answered, soon).toBeGreaterThan(20)

  // somebody has read what the migration has to lock, and is not done
  await owner.begin(async (tx) => {
    await tx`select count(*) from members`
    await expect(next.start()).rejects.toThrow(
      /Node next did not get ready: The migration 9999_next\.sql could not be applied: .* Start again later\.$/,
    )
  })
  expect(next.complaints).toHaveLength(1)
  expect(visitors.failures).toEqual([])
  await next.start()
  expect(await owner`select pronouns from members limit 1`).toHaveLength(1)

  const [old, fresh] = [await ada.live(a), await ada.live(next)]
  for (const live of [old, fresh]) expect(await live.watch(ada.stream)).toMatchObject({ ok: true })
  for (const [node, email] of [[next, 'by.next@example.com'], [a, 'by.this@example.com']] as const) {
    // a busy machine may answer 503 for what it has done: then the next try says so
    await expect.poll(async () => [201, 409].includes((await ada.invite(node, email)).status), soon).toBe(true)
    for (const live of [old, fresh]) await live.until(() => JSON.stringify(live.frames).includes(email))
  }
  expect(await b.terminate()).toBe(0)
  // the way back: this version starts on the schema of the next
  await b.start()
  const soFar = visitors.answered()
  await expect.poll(visitors.answered, soon).toBeGreaterThan(soFar + 20)
  expect(await next.terminate()).toBe(0)
  await visitors.stop()
  expect(visitors.failures).toEqual([])
  for (const live of [old, fresh]) live.close()
}) // prettier-ignore

/** This version with one more migration, which only adds: in a folder of its own, as an image has it. */
async function nextVersion(): Promise<{ folder: string; program: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-next-'))
  ends.push(() => rm(folder, { recursive: true, force: true }))
  for (const part of ['dist', 'migrations', 'package.json'])
    await cp(part, path.join(folder, part), { recursive: true })
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'))
  await writeFile(
    path.join(folder, 'migrations', '9999_next.sql'),
    'alter table members add column pronouns text;\ncreate table badges (id uuid primary key, name text not null);\n',
  )
  return { folder, program: path.join(folder, 'dist', 'server', 'main.js') }
}

/** A client that watches and reads nothing. */
async function deaf(port: number): Promise<void> {
  const headers = { Host: topology.host, Origin: topology.origin, Cookie: ada.cookie }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, { headers })
  socket.on('error', () => undefined)
  ends.push(() => socket.terminate())
  await new Promise<void>((resolve) => {
    socket.on('message', (text: Buffer) => {
      if (String(text).startsWith('0')) socket.send('40')
      if (!String(text).startsWith('40')) return
      socket.send(`420["watch",{"stream":"${ada.stream}"}]`, () => {
        socket.pause()
        resolve()
      })
    })
  })
}

/** A picture on its way whose last byte is missing until `finish`, which answers the status. */
async function slowUpload(port: number): Promise<{ finish: () => Promise<number> }> {
  const picture = await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } }).png().toBuffer()
  const headers = { Host: topology.host, Origin: topology.origin, Cookie: ada.cookie, 'Content-Type': 'image/png', 'Content-Length': String(picture.length) }
  const asked = request({ method: 'PUT', host: '127.0.0.1', port, path: `/api/workspaces/${ada.workspaceId}/membership/avatar`, headers, agent: false })
  const answer = new Promise<number>((resolve, reject) => {
    asked.on('response', (told) => resolve(told.resume().statusCode ?? 0)).on('error', reject)
  })
  await new Promise((resolve) => asked.write(picture.subarray(0, -1), resolve))
  return {
    finish() {
      asked.end(picture.subarray(-1))
      return answer
    },
  }
} // prettier-ignore
