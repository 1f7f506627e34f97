import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket as TcpSocket } from 'node:net'
import { Server } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { broadcast } from '#server/gateway/broadcast.ts'
import type { LiveServer, LiveSocket } from '#server/gateway/live.ts'

const stream = streamOf('workspace', '2f0b9f0e-6d0f-4d3b-8a51-0d5f1c6b7e01')

let http: ReturnType<typeof createServer>
let server: LiveServer
let clients: Socket[]

beforeEach(async () => {
  http = createServer()
  server = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false })
  clients = []
  await once(http.listen(0, '127.0.0.1'), 'listening')
})

afterEach(async () => {
  for (const client of clients) client.disconnect()
  await server.close()
})

test('everybody in the room and nobody else is told, in words of any length', async () => {
  const [ada, bob, eve] = [await connected(), await connected(), await connected()]
  await ada.there.join(stream)
  await bob.there.join(stream)
  const emptyLength = lengthOf(typing(''))
  // where the header of a message changes, and more than a connection takes at once
  const lengths = [emptyLength, 125, 126, 127, 65_535, 65_536, 65_537, 8_000_000]
  for (const length of lengths) broadcast(server, stream, 'typing', typing('x'.repeat(length - emptyLength)))
  broadcast(server, stream, 'typing', typing('Ö – 名 🎉'))
  for (const { heard } of [ada, bob]) {
    const said = await heard(lengths.length + 1)
    expect(said.map(lengthOf).slice(0, -1)).toEqual(lengths)
    expect(said.at(-1)).toEqual(typing('Ö – 名 🎉'))
  }
  eve.there.emit('typing', typing('nothing else'))
  expect(await eve.heard(1)).toEqual([typing('nothing else')])
})

test('where nothing waits, nothing is put into Socket.IO’s queue', async () => {
  const { there, heard } = await connected()
  await there.join(stream)
  const queued = queueOf(there)
  for (const word of ['one', 'two']) {
    broadcast(server, stream, 'typing', typing(word))
    await heard(1)
  }
  expect(queued).toEqual([])
})

test('S4 whoever does not read for a while gets all of it in the end, in order, between what they alone are told', async () => {
  const { client, there, heard } = await connected()
  await there.join(stream)
  const queued = queueOf(there)
  const wire = wireOf(client)
  wire.pause()
  const words = Array.from({ length: 400 }, (_, n) => `${n} ${'x'.repeat(60_000)}`)
  for (const [n, word] of words.entries()) {
    // before anything else waits there the queue has it: what is written past it would grow without an end
    if (n === 200) expect(queued.length).toBeGreaterThan(0)
    if (n >= 200 && n % 10 === 9) there.emit('typing', typing(word))
    else broadcast(server, stream, 'typing', typing(word))
    if (n % 50 === 0) await new Promise(setImmediate)
  }
  wire.resume()
  expect((await heard(words.length)).map(({ memberIds }) => memberIds[0])).toEqual(words)
})

test('S4 what is said to them alone in the same moment is not overtaken', async () => {
  const { there, heard } = await connected()
  await there.join(stream)
  const words = Array.from({ length: 30 }, (_, n) => `${n}`)
  for (const [n, word] of words.entries()) {
    if (n % 3 < 2) there.emit('typing', typing(word))
    else broadcast(server, stream, 'typing', typing(word))
  }
  expect((await heard(words.length)).map(({ memberIds }) => memberIds[0])).toEqual(words)
})

test('whose connection ends is told nothing, and nobody is harmed by it', async () => {
  const [ada, bob] = [await connected(), await connected()]
  await ada.there.join(stream)
  await bob.there.join(stream)
  const gone = once(ada.there, 'disconnect')
  wireOf(ada.client).destroy()
  for (let n = 0; n < 3; n += 1) broadcast(server, stream, 'typing', typing(`${n}`))
  await gone
  broadcast(server, stream, 'typing', typing('3'))
  expect((await bob.heard(4)).map(({ memberIds }) => memberIds[0])).toEqual(['0', '1', '2', '3'])
})

type Typing = ReturnType<typeof typing>

function typing(memberId: string) {
  return { stream, memberIds: [memberId] }
}

/** Of the message as it is sent. */
function lengthOf(one: Typing): number {
  return `42${JSON.stringify(['typing', one])}`.length
}

async function connected() {
  const { port } = http.address() as AddressInfo
  const arrived = once(server, 'connection')
  const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false, forceNew: true })
  clients.push(client)
  const said: Typing[] = []
  let tell = (): void => undefined
  client.on('typing', (one: Typing) => {
    said.push(one)
    tell()
  })
  const [there] = (await arrived) as [LiveSocket]
  if (!client.connected) await new Promise<void>((resolve) => client.once('connect', resolve))
  return {
    client,
    there,
    /** The next so many that it is told. */
    async heard(count: number): Promise<Typing[]> {
      while (said.length < count) await new Promise<void>((resolve) => (tell = resolve))
      return said.splice(0)
    },
  }
}

/** What goes through the queue of this connection from now on. */
function queueOf({ conn }: LiveSocket): unknown[] {
  const queued: unknown[] = []
  conn.on('packetCreate', (packet: unknown) => queued.push(packet))
  return queued
}

function wireOf(client: Socket): TcpSocket {
  const { ws } = client.io.engine.transport as unknown as { ws: { _socket: TcpSocket } }
  return ws._socket
}
