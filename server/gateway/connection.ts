import type { Writable } from 'node:stream'
import type { LiveSocket } from './live.ts'

export type Connection = LiveSocket['conn']
type Waiting = { data?: unknown }
type WebSocket = { readyState: number; bufferedAmount: number; terminate: () => void; _socket: Writable }

/** engine.io's queue of what is still to be sent, which its types keep to itself. */
export function waitingFrames(conn: Connection): Waiting[] {
  return (conn as unknown as { writeBuffer: Waiting[] }).writeBuffer
}

/** ws's end of a connection, which engine.io's types do not tell of. */
export function webSocketOf({ transport }: Connection): WebSocket {
  return (transport as unknown as { socket: WebSocket }).socket
}
