import type { Writable } from 'node:stream'
import type { ServerToVisitor } from '#shared/protocol/visitors.ts'
import type { LiveServer, LiveSocket, Sent } from './live.ts'

type Told = ServerToVisitor<Sent>

/** What there is of a connection below Socket.IO, as engine.io and ws have it without saying so in their types. */
type Connection = {
  readyState: string
  writeBuffer: unknown[]
  transport: { writable: boolean; socket: { readyState: number; _socket: Writable } }
}
const open = 1

/**
 * Tells everybody in a room. Encoded once, and written straight to each connection that has nothing else to send, which is
 * nearly every one: on the way through Socket.IO's queue each of them would cost a third more. Who still has something to
 * read gets it by that queue, in order, where whoever does not read at all is found and cut.
 */
export function broadcast<Name extends keyof Told>(
  server: LiveServer,
  room: string,
  name: Name,
  ...said: Parameters<Told[Name]>
): void {
  const { adapter, sockets } = server.of('/')
  const inside = adapter.rooms.get(room)
  if (!inside) return
  const frame = textFrame(`42${JSON.stringify([name, ...said])}`)
  const busy: string[] = []
  for (const id of inside) {
    const socket = sockets.get(id)
    const wire = socket && idleWire(socket)
    if (wire) wire.write(frame)
    else busy.push(id)
  }
  if (busy.length > 0) server.to(busy).emit(name, ...said)
}

/** The TCP connection, where nothing that was said before waits for it; else null. */
function idleWire({ conn }: LiveSocket): Writable | null {
  const { readyState, writeBuffer, transport } = conn as unknown as Connection
  if (readyState !== 'open' || !transport.writable || writeBuffer.length > 0) return null
  const { readyState: wireState, _socket: wire } = transport.socket
  return wireState === open && wire.writableLength === 0 ? wire : null
}

/** A WebSocket message of text in one piece, as a server sends it: RFC 6455, 5.2. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const header = headerOf(length)
  const frame = Buffer.allocUnsafe(header.length + length)
  header.copy(frame)
  frame.write(text, header.length)
  return frame
}

function headerOf(length: number): Buffer {
  const isLong = length > 0xff_ff
  const header = Buffer.alloc(length < 126 ? 2 : isLong ? 10 : 4)
  header[0] = 0x81
  header[1] = length < 126 ? length : isLong ? 127 : 126
  if (isLong) header.writeBigUInt64BE(BigInt(length), 2)
  else if (length >= 126) header.writeUInt16BE(length, 2)
  return header
}
