import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'
import { seeded } from './random.ts'

/** One end of a connection, with everything that it heard. */
type End = {
  socket: Socket
  heard: () => Buffer
  until: (condition: () => boolean) => Promise<void>
  ended: () => string
}

let server: Server
let proxy: FaultProxy
let accepted: End[] = []
const arrivals = new EventEmitter()
const opened: Socket[] = []

beforeEach(async () => {
  accepted = []
  server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(endOf(socket))
    arrivals.emit('one')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  proxy = await startFaultProxy(() => port)
})

afterEach(async () => {
  await proxy.close()
  for (const socket of opened.splice(0)) socket.destroy()
  server.close()
})

test('it forwards both ways, and each half of an end', async () => {
  const [client, target] = await pair()
  client.socket.write('hello')
  await target.until(() => text(target) === 'hello')
  expect(proxy.connections()).toBe(1)
  client.socket.end()
  await target.until(() => target.ended() === 'end')
  target.socket.end('and goodbye')
  await client.until(() => client.ended() === 'close')
  expect(text(client)).toBe('and goodbye')
  await expect.poll(() => proxy.connections()).toBe(0)
})

test('ten megabytes arrive as they were sent, both ways at once', async () => {
  const [client, target] = await pair()
  const [there, back] = [randomBytes(10_000_000), randomBytes(10_000_000)]
  client.socket.end(there)
  target.socket.end(back)
  await Promise.all([target.until(() => target.ended() !== ''), client.until(() => client.ended() !== '')])
  expect(target.heard().equals(there)).toBe(true)
  expect(client.heard().equals(back)).toBe(true)
})

test('whoever does not read holds up whoever sends', async () => {
  const [client, target] = await pair()
  target.socket.pause()
  const block = Buffer.alloc(1_000_000, 'x')
  let sent = 0
  const stuck = () => client.socket.bytesWritten - client.socket.writableLength
  while (client.socket.writableLength < 4_000_000 && sent < 100) {
    client.socket.write(block)
    sent += 1
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(sent).toBeLessThan(100)
  expect(stuck()).toBeLessThan(sent * block.length)
  target.socket.resume()
  await target.until(() => target.heard().length === sent * block.length)
})

test('a reset of one side ends the other', async () => {
  const [client, target] = await pair()
  client.socket.resetAndDestroy()
  await target.until(() => target.ended() === 'close')
  const [second, peer] = await pair()
  peer.socket.resetAndDestroy()
  await second.until(() => second.ended() === 'close')
  await expect.poll(() => proxy.connections()).toBe(0)
})

test('a target that is not there ends the connection, and one that comes later is found', async () => {
  const { port } = server.address() as AddressInfo
  let target = 0
  const other = await startFaultProxy(() => target)
  const lost = endOf(connect(other.port, '127.0.0.1'))
  await lost.until(() => lost.ended() === 'close')
  target = port
  const found = endOf(connect(other.port, '127.0.0.1'))
  if (accepted.length === 0) await once(arrivals, 'one')
  expect(found.ended()).toBe('')
  await other.close()
  await found.until(() => found.ended() === 'close')
})

test('a black hole takes everything and gives nothing, until it heals: then all flows on in order', async () => {
  const [client, target] = await pair()
  proxy.blackHole()
  client.socket.write('one ')
  target.socket.write('uno ')
  const late = endOf(connect(proxy.port, '127.0.0.1'))
  await once(late.socket, 'connect')
  late.socket.write('late')
  client.socket.end('two')
  await roundTrip()
  expect([text(client), text(target), target.ended(), accepted.length]).toEqual(['', '', '', 1])
  expect(proxy.connections()).toBe(2)
  proxy.pass()
  await target.until(() => target.ended() === 'end')
  expect(text(target)).toBe('one two')
  target.socket.end('due')
  await client.until(() => client.ended() !== '')
  expect(text(client)).toBe('uno due')
  if (accepted.length === 1) await once(arrivals, 'one')
  await accepted[1]?.until(() => text(accepted[1] as End) === 'late')
})

test('a cut ends every connection without a word, and lets new ones through', async () => {
  const [client, target] = await pair()
  proxy.cut()
  await client.until(() => client.ended() === 'close')
  await target.until(() => target.ended() === 'close')
  const [second, peer] = await pair()
  second.socket.write('again')
  await peer.until(() => text(peer) === 'again')
})

test('it refuses everybody until it passes', async () => {
  const [client] = await pair()
  proxy.refuse()
  await client.until(() => client.ended() === 'close')
  const turnedAway = endOf(connect(proxy.port, '127.0.0.1'))
  await turnedAway.until(() => turnedAway.ended() === 'close')
  expect(accepted).toHaveLength(1)
  proxy.pass()
  await pair()
})

test('a delay with jitter brings every byte later, in order, and ends with pass', async () => {
  const [client, target] = await pair()
  proxy.delay(30, 40, seeded(7).next)
  const started = performance.now()
  const lines = Array.from({ length: 200 }, (_, n) => `line ${n}\n`)
  for (const line of lines) {
    client.socket.write(line)
    await new Promise((resolve) => setImmediate(resolve))
  }
  client.socket.end()
  await target.until(() => target.ended() === 'end')
  expect(text(target)).toBe(lines.join(''))
  expect(performance.now() - started).toBeGreaterThanOrEqual(29)
  proxy.delay(60_000, 0, Math.random)
  target.socket.end('back')
  await roundTrip()
  expect(text(client)).toBe('')
  proxy.pass()
  await client.until(() => client.ended() !== '')
  expect(text(client)).toBe('back')
})

test.each([
  ['in one piece', ['begin; commit']],
  ['in two', ['begin; com', 'mit']],
])('behind a mark that comes %s it cuts: the target has it, the client hears nothing', async (_, pieces) => {
  const [client, target] = await pair()
  target.socket.on('data', () => text(target).includes('commit') && target.socket.write('committed'))
  proxy.cutAfter('commit', () => true)
  for (const piece of pieces) {
    client.socket.write(piece)
    await target.until(() => text(target).endsWith(piece))
  }
  await client.until(() => client.ended() === 'close')
  await target.until(() => target.ended() === 'end')
  expect(text(target)).toBe(pieces.join(''))
  expect(text(client)).toBe('')
  await expect.poll(() => proxy.connections()).toBe(0)
})

test('it cuts behind a mark only where chance says so, and not after pass', async () => {
  const [client, target] = await pair()
  target.socket.on('data', (bytes: Buffer) => target.socket.write(bytes))
  const asked: string[] = []
  proxy.cutAfter('commit', () => asked.push('asked') > 2)
  for (const echo of ['commit', 'commitother', 'commitothercommit']) {
    client.socket.write(echo.endsWith('other') ? 'other' : 'commit')
    await client.until(() => text(client) === echo)
  }
  expect(asked).toHaveLength(2)
  proxy.pass()
  client.socket.write('commit')
  await client.until(() => text(client).endsWith('commitcommit'))
  expect(client.ended()).toBe('')
})

async function pair(): Promise<[End, End]> {
  const count = accepted.length
  const client = endOf(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
  while (accepted.length === count) await once(arrivals, 'one')
  return [client, accepted[count] as End]
}

function endOf(socket: Socket): End {
  opened.push(socket)
  const parts: Buffer[] = []
  const news = new EventEmitter().setMaxListeners(0)
  let ended = ''
  socket.on('data', (part) => void (parts.push(part), news.emit('news')))
  socket.on('end', () => void ((ended ||= 'end'), news.emit('news')))
  socket.on('error', () => undefined)
  socket.on('close', () => void ((ended = 'close'), news.emit('news')))
  return {
    socket,
    heard: () => Buffer.concat(parts),
    ended: () => ended,
    async until(condition) {
      while (!condition()) await once(news, 'news')
    },
  }
}

function text({ heard }: End): string {
  return heard().toString()
}

/** Anything that was to be forwarded before this has been by now: a connection of its own goes there and back. */
async function roundTrip(): Promise<void> {
  const echo = createServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  for (let times = 0; times < 20; times += 1) {
    const socket = connect((echo.address() as AddressInfo).port, '127.0.0.1')
    socket.end('x')
    socket.resume()
    await once(socket, 'close')
  }
  echo.close()
}
