import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDoor } from '#client/sdk/socket.ts'

const { defineProperty } = Object
const attempts: { at: number; path: string }[] = []
const server = createServer()

beforeAll(async () => {
  server.on('upgrade', (request, socket) => {
    attempts.push({ at: performance.now(), path: request.url ?? '' })
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    server.emit('attempt')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // where the page is, as a browser tells it
  const { port } = server.address() as AddressInfo
  defineProperty(globalThis, 'location', { value: new URL(`http://127.0.0.1:${port}/`), configurable: true })
})

afterAll(() => {
  Reflect.deleteProperty(globalThis, 'location')
  server.close()
})

test('112 119 a page that is refused comes back later each time, and no two pages in step', async () => {
  const pages = 30
  let refused = 0
  const none = (): void => undefined
  const doors = Array.from({ length: pages }, () =>
    createDoor({ connected: none, disconnected: none, events: none, closed: none, refused: () => void (refused += 1) }),
  )
  for (const door of doors) door.open()
  while (attempts.length < pages) await once(server, 'attempt')
  // asking for it again while it waits, as a page does that comes to the front, brings nobody back sooner
  const nudging = setInterval(() => {
    for (const door of doors) door.open()
  }, 20)
  while (attempts.length < 3 * pages) await once(server, 'attempt')
  clearInterval(nudging)
  for (const door of doors) door.close()
  const at = attempts.map((attempt) => attempt.at)
  const [first, second] = [at.slice(0, pages), at.slice(pages, 2 * pages)]
  // half a second, spread by 0.6 of it both ways
  for (const [n, moment] of second.entries()) expect(moment - (first[n] ?? 0)).toBeGreaterThan(195)
  expect((second.at(-1) ?? 0) - (second[0] ?? 0)).toBeGreaterThan(200)
  expect(refused).toBeGreaterThanOrEqual(2 * pages)
})
