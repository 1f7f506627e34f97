import { connect, type Socket } from 'node:net'
import { host } from './stage.ts'

type Ends = {
  port: number
  /** Where Socket.IO is, if not where it usually is. */
  path?: string
  headers: Record<string, string>
  hear: (frame: Buffer) => void
  ended: (why: string) => void
}

/**
 * A WebSocket on a bare TCP socket: an audience of thousands must not be what limits the server, and a client that reads
 * whole chunks costs a fraction of one that makes an event of each frame. It trusts its peer, which is ours.
 */
export class Wire {
  private readonly socket: Socket
  private readonly ends: Ends
  private rest: Buffer = Buffer.alloc(0)
  private open = false
  private over = false

  constructor(ends: Ends) {
    this.ends = ends
    this.socket = connect(ends.port, '127.0.0.1').setNoDelay()
    this.socket.on('data', (chunk) => this.read(chunk))
    this.socket.on('error', (error) => this.end(error.message))
    this.socket.on('close', () => this.end('closed'))
    const given = Object.entries(ends.headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket.write(
      `GET ${ends.path ?? '/socket.io'}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${given.join('')}\r\n`,
    )
  }

  /** A frame of text, shorter than 64 KiB; its mask is zero, so that the text stands in it as it is. */
  say(text: string): void {
    const length = Buffer.byteLength(text)
    const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0x80 | 126, length >> 8, length & 0xff]
    this.socket.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(text)]))
  }

  end(why = 'left'): void {
    if (this.over) return
    this.over = true
    this.socket.destroy()
    this.ends.ended(why)
  }

  private read(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    if (!this.open) {
      const end = this.rest.indexOf('\r\n\r\n')
      if (end === -1) return
      const status = this.rest.toString('latin1', 0, this.rest.indexOf('\r\n'))
      if (!status.includes(' 101 ')) return this.end(status)
      this.open = true
      this.rest = this.rest.subarray(end + 4)
    }
    while (this.rest.length >= 2 && !this.over) {
      const { from, length } = frameIn(this.rest)
      if (this.rest.length < from + length) return
      const [kind, payload] = [(this.rest[0] ?? 0) & 0x0f, this.rest.subarray(from, from + length)]
      this.rest = this.rest.subarray(from + length)
      if (kind === 1) this.ends.hear(payload)
      else if (kind === 8) this.end('closed')
    }
  }
}

/** Where the first frame's payload stands. Beyond what is there as long as its length has not come. */
function frameIn(bytes: Buffer): { from: number; length: number } {
  const short = (bytes[1] ?? 0) & 0x7f
  if (short < 126) return { from: 2, length: short }
  const from = short === 126 ? 4 : 10
  if (bytes.length < from) return { from, length: Infinity }
  return { from, length: short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)) }
}
