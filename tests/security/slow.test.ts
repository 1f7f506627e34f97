import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { useNode } from '../support/node.ts'
import { newUser } from '../support/people.ts'
import { exchange, openRawSocket, parsed } from '../support/raw.ts'

const node = useNode({ logLevel: 'silent' })

/** Each of these waits for the server to lose its patience, all of them at the same time. */
describe.concurrent('whoever is slow', () => {
  test('125 headers that do not end are answered with 408 and closed within 15 seconds', async () => {
    const started = performance.now()
    const text = await exchange(node(), `GET /api/me HTTP/1.1\r\nHost: localhost:${node().port}\r\nX-A: `)
    expect(parsed(text).status).toBe(408)
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  test('125 nor does a header line every second prolong it, and others are served meanwhile', async () => {
    const ada = await newUser(node())
    const slow = connect(node().port, '127.0.0.1')
    slow.write(`GET /api/me HTTP/1.1\r\nHost: localhost:${node().port}\r\n`)
    const drip = setInterval(() => slow.write('X-A: b\r\n'), 1_000)
    slow.on('error', () => slow.destroy())
    expect((await ada.get('/api/me')).status).toBe(200)
    await once(slow.resume(), 'close')
    clearInterval(drip)
    expect(slow.bytesWritten).toBeLessThan(400)
  })

  test.each([`Content-Length: 60000\r\n\r\n{"name":`, `Transfer-Encoding: chunked\r\n\r\n8\r\n{"name":\r\n`])(
    '124 a body that does not come is given up with 408 within 35 seconds, and nothing is done: %j',
    async (rest) => {
      const ada = await newUser(node())
      const head = `POST /api/workspaces HTTP/1.1\r\nHost: localhost:${node().port}\r\nCookie: ${ada.cookie()}\r\n`
      const started = performance.now()
      const text = await exchange(node(), `${head}Content-Type: application/json\r\n${rest}`)
      expect(parsed(text).status).toBe(408)
      expect(performance.now() - started).toBeLessThan(35_000)
      expect((await ada.me()).workspaces).toHaveLength(1)
    },
  )

  test('98 a socket that never asks for anything is closed within 15 seconds', async () => {
    const ada = await newUser(node())
    const socket = await openRawSocket(node(), ada.cookie())
    expect(socket.status).toBe(101)
    const started = performance.now()
    await socket.closed()
    expect(performance.now() - started).toBeLessThan(15_000)
    socket.close()
  })
})
