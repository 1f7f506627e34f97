import { randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { TestNode } from './node.ts'

export type RawAnswer = { status: number; headers: Map<string, string>; body: string }

/** Sends exactly these bytes on a connection of its own, and answers all that comes back until the server ends it. */
export async function exchange({ port }: Pick<TestNode, 'port'>, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const answer = collect(socket)
  socket.write(bytes)
  return answer
}

type Asked = { method?: string; path: string; headers?: Record<string, string>; body?: string | Buffer }

/** A request whose every header is ours to write; what no client library would send. */
export async function rawRequest(node: Pick<TestNode, 'port'>, asked: Asked): Promise<RawAnswer> {
  const { method = 'GET', path, headers = {}, body = '' } = asked
  const all = { Host: `localhost:${node.port}`, Connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
  return parsed(await exchange(node, Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])))
}

/** The first answer in what a server sent. */
export function parsed(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return { status: Number(first.split(' ')[1] ?? 0), headers: new Map(headers), body: rest.join('\r\n\r\n') }
}

/** A chunk of a chunked body; an empty one ends it. */
export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

async function collect(socket: Socket): Promise<string> {
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  // a reset while we still write is an end, too; what was answered before it counts
  socket.on('error', () => socket.destroy())
  await once(socket, 'close')
  return Buffer.concat(parts).toString('latin1')
}

export type RawSocket = Awaited<ReturnType<typeof openRawSocket>>

type Frame = { opcode?: number; final?: boolean; payload: string | Buffer }

const websocket = 'EIO=4&transport=websocket'

/** The request that asks for a WebSocket, as a page of ours would; `headers` are added or replace. */
export function upgradeOf(
  node: TestNode,
  cookie: string,
  query = websocket,
  headers: Record<string, string> = {},
  path = '/socket.io',
): string {
  const all = {
    Host: `localhost:${node.port}`,
    Origin: node.url,
    Cookie: cookie,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path}/?${query} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A WebSocket by hand: frames of any kind can be sent on it. */
export async function openRawSocket(
  node: TestNode,
  cookie: string,
  query = websocket,
  headers: Record<string, string> = {},
  path?: string,
) {
  const socket = connect(node.port, '127.0.0.1')
  const news = new EventEmitter().setMaxListeners(0)
  const parts: Buffer[] = []
  let ended = false
  socket.on('data', (part) => void (parts.push(part), news.emit('news')))
  socket.on('error', () => socket.destroy())
  socket.on('close', () => void ((ended = true), news.emit('news')))
  socket.write(upgradeOf(node, cookie, query, headers, path))
  function text(): string {
    if (parts.length > 1) parts.splice(0, parts.length, Buffer.concat(parts))
    return parts[0]?.toString('latin1') ?? ''
  }
  async function until(condition: () => boolean): Promise<void> {
    while (!condition() && !ended) await once(news, 'news')
  }
  await until(() => text().includes('\r\n\r\n'))
  return {
    status: parsed(text()).status,
    headers: parsed(text()).headers,
    /** Everything received, frame headers included, one letter a byte. */
    text,
    until,
    send: ({ opcode = 1, final = true, payload }: Frame) => void socket.write(frame(opcode, final, payload)),
    /** The same frame so many times, as fast as it is taken. */
    async sendMany({ opcode = 1, final = true, payload }: Frame, count: number): Promise<void> {
      const one = frame(opcode, final, payload)
      const all = Buffer.alloc(one.length * count, one)
      if (!ended && !socket.write(all))
        await Promise.race([once(socket, 'drain').catch(() => undefined), until(() => ended)])
    },
    /** Resolves when the server closes: a close frame, or the end of the connection. */
    closed: () => until(() => text().includes('\x88')),
    isOpen: () => !ended,
    /** Reads no more: what the server sends fills the buffers in between, then the server's own. */
    stopReading: () => void socket.pause(),
    readOn: () => void socket.resume(),
    close: () => socket.destroy(),
  }
}

/** RFC 6455: a client masks what it sends; the mask here is zero, so the payload stands as it is. */
function frame(opcode: number, final: boolean, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload)
  const first = (final ? 0x80 : 0) | opcode
  const long = Buffer.alloc(8)
  long.writeBigUInt64BE(BigInt(bytes.length))
  const mask = Buffer.alloc(4)
  if (bytes.length < 126) return Buffer.concat([Buffer.from([first, 0x80 | bytes.length]), mask, bytes])
  return Buffer.concat([Buffer.from([first, 0xff]), long, mask, bytes])
}
