import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { call, newCaller, type Reply } from '../support/caller.ts'
import { useProgram } from '../support/program.ts'
import { startOnSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { halfDone } from '../support/wholeness.ts'

const soon = { timeout: 60_000, interval: 50 }
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
const { folder, start } = useProgram()
let disk: SmallDisk

beforeAll(async () => {
  disk = await startOnSmallDisk()
})

afterAll(() => disk?.stop())

test('170 the disk of PostgreSQL is full: writes are answered 503, reading goes on, and with room again it works by itself', async () => {
  const program = start({ DATABASE_URL: disk.url, DATA_DIR: await folder(), LOG_LEVEL: 'silent' })
  const node = { port: await program.port() }
  const place = { host: `localhost:${node.port}`, origin: `http://localhost:${node.port}` }
  const ada = await newCaller(place, node)
  const replies: { name: string; reply: Reply }[] = []
  const write = async () => {
    const name = `Room for ${randomUUID()}`
    const reply = await ada.call(node, '/api/workspaces', { method: 'POST', body: { name } })
    replies.push({ name, reply })
    return reply.status
  }
  expect(await write()).toBe(201)
  disk.fill()
  // there is still room within the files that are there
  await expect.poll(write, { ...soon, interval: 0 }).toBe(503)
  for (let times = 0; times < 5; times += 1) await write()
  const failed = replies.filter(({ reply }) => reply.status !== 201)
  for (const { reply } of failed)
    expect(reply).toMatchObject({ status: 503, body: { code: 'unavailable' }, headers: { 'retry-after': '1' } })
  // a session that is due for renewal reads all the same
  await disk.owner`update sessions set expires_at = now() + interval '10 days'`.catch(() => undefined)
  for (const path of ['/api/me', `/api/workspaces/${ada.workspaceId}/roster`, `/api/workspaces/${ada.workspaceId}/events`])
    expect((await ada.call(node, path)).status, path).toBe(200)
  expect((await call(place, node, '/readyz')).status).toBe(200)
  disk.clear()
  await expect.poll(write, soon).toBe(201)
  const told = replies.filter(({ reply }) => reply.status === 201).map(({ name }) => name)
  const kept = await disk.owner<{ name: string }[]>`select name from workspaces where name like 'Room for %'`
  expect(kept.map(({ name }) => name).sort()).toEqual(told.sort())
  expect(await halfDone(disk.owner)).toEqual([])
  expect(program.complaints.filter((line) => line.startsWith('Error'))).toEqual([])
}) // prettier-ignore
