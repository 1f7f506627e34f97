import type { LiveServer, LiveSocket } from './rooms.ts'

/** What may wait for one client: frames, and bytes. */
const mostFrames = 1_000
const mostBytes = 1024 * 1024

type Connection = LiveSocket['conn']
type Waiting = { data?: unknown }
type Transport = { bufferedAmount: number; terminate: () => void }

/**
 * Cuts connections that do not read, so that what waits for them does not fill this process: looks whenever something more
 * is to be sent, an event, an answer or a refusal. The client comes back by itself and resumes by position. Nothing is
 * said to it: it would not read that either.
 */
export function cutSlowClients(io: LiveServer, cut: () => void): void {
  io.engine.on('connection', (conn: Connection) => {
    conn.on('packetCreate', look)
    function look(): void {
      if (!isClogged(conn)) return
      conn.off('packetCreate', look)
      // closing in good order would wait behind what is not read
      transportOf(conn).terminate()
      cut()
    }
  })
}

function isClogged(conn: Connection): boolean {
  const frames = waitingFrames(conn)
  return frames.length >= 16 && (frames.length > mostFrames || lettersIn(frames) > mostBytes)
}

/**
 * Whether a client has so much to read already that it is given nothing more that is large and only for it. One that reads
 * is soon rid of it and asks again; cutting it instead would give it the same again, and cut it again.
 */
export function hasMuchToRead({ conn }: LiveSocket): boolean {
  return transportOf(conn).bufferedAmount + lettersIn(waitingFrames(conn)) > mostBytes
}

function waitingFrames(conn: Connection): Waiting[] {
  return Reflect.get(conn, 'writeBuffer') as Waiting[]
}

function lettersIn(frames: Waiting[]): number {
  return frames.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0)
}

function transportOf(conn: Connection): Transport {
  return Reflect.get(conn.transport, 'socket') as Transport
}
