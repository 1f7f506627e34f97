import type { Writable } from 'node:stream'
import type { ServerToVisitor } from '#shared/protocol/visitors.ts'
import { waitingFrames, webSocketOf } from './connection.ts'
import type { LiveServer, LiveSocket, Sent } from './live.ts'

type Told = ServerToVisitor<Sent>

/** ws's `readyState`. */
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
  if (conn.readyState !== 'open' || !conn.transport.writable || waitingFrames(conn).length > 0) return null
  const { readyState, _socket: wire } = webSocketOf(conn)
  return readyState === open && wire.writableLength === 0 ? wire : null
}

/** A WebSocket message of text in one piece, as a server sends it: RFC 6455, 5.2. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([headerOf(payload.length), payload])
}

function headerOf(length: number): Buffer {
  if (length < 126) return Buffer.of(0x81, length)
  if (length <= 0xff_ff) return Buffer.of(0x81, 126, length >> 8, length & 0xff)
  const header = Buffer.of(0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0)
  header.writeBigUInt64BE(BigInt(length), 2)
  return header
}
