import { request } from 'node:http'
import { expect, test } from 'vitest'
import { connectLive } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newPerson, newUser } from '../support/people.ts'

const node = useNode()

test('a socket opens for our own origin and a live session', async () => {
  const ada = await newUser(node())
  const live = await connectLive(node(), ada)
  expect(live.socket.connected).toBe(true)
  live.close()
})

test.each(['https://evil.test', 'null', 'http://localhost.evil.test', 'http://localhost:1', 'https://localhost', ''])(
  '97 a handshake from the origin %j is refused before the upgrade',
  async (origin) => {
    const ada = await newUser(node())
    expect(await handshake(ada.cookie(), origin)).toBe(403)
  },
)

test('97 98 a handshake without an origin or a session is refused', async () => {
  const ada = await newUser(node())
  expect(await handshake(ada.cookie(), undefined)).toBe(403)
  expect(await handshake('', node().url)).toBe(401)
  expect(await handshake(`rollcall_session=${'x'.repeat(43)}`, node().url)).toBe(401)
})

test('99 the session is not taken from the query or the auth payload', async () => {
  const ada = await newUser(node())
  const token = ada.cookie().split('=')[1]
  expect(await handshake('', node().url, `&rollcall_session=${token}&token=${token}`)).toBe(401)
})

test('100 S7 signing out closes the sockets of that session and of no other', async () => {
  const ada = await newUser(node())
  const other = await signedInAgain(ada)
  const here = await connectLive(node(), ada)
  const there = await connectLive(node(), other)
  await here.watch(`user:${ada.userId}`)
  await ada.post('/api/auth/sign-out')
  await here.until(() => here.disconnected() !== null)
  expect(here.closed).toEqual([{ stream: `user:${ada.userId}`, code: 'signed_out' }])
  expect(here.disconnected()).toBe('io server disconnect')
  expect(there.disconnected()).toBeNull()
  expect((await there.watch(`user:${ada.userId}`)).ok).toBe(true)
  await other.post('/api/auth/sign-out-everywhere')
  await there.until(() => there.disconnected() !== null)
  expect((await other.get('/api/me')).status).toBe(401)
})

async function signedInAgain(person: { email: string; userId: string }) {
  const again = newPerson(node())
  const { status } = await again.post('/api/auth/sign-in', { email: person.email, password: 'sturdy horse 42' })
  expect(status).toBe(200)
  return again
}

/** The status that a WebSocket upgrade is answered with; a browser cannot set Origin, so this is written by hand. */
async function handshake(cookie: string, origin: string | undefined, query = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      port: node().port,
      host: '127.0.0.1',
      path: `/socket.io/?EIO=4&transport=websocket${query}`,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...(cookie && { Cookie: cookie }),
        ...(origin !== undefined && { Origin: origin }),
      },
    })
    asked.on('response', (response) => resolve(response.statusCode ?? 0))
    asked.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response.statusCode ?? 101)
    })
    asked.on('error', reject)
    asked.end()
  })
}
