import { waitingFrames, webSocketOf, type Connection } from './connection.ts'
import type { LiveServer, LiveSocket } from './live.ts'

/** What may wait for one client: frames, and bytes. */
const mostFrames = 1_000
const mostBytes = 1024 * 1024
/** Beyond so many bytes it is given no more answers that are large: less, so that answers alone never get it cut. */
const muchToRead = 256 * 1024
const fewEvents = 20
const bytesOfEvent = 300
/** Answers of this turn of the event loop, which nobody has sent yet. In bytes, about. */
const promised = new WeakMap<Connection, number>()

/**
 * Cuts connections that do not read, so that what waits for them does not fill this process: looks whenever something more
 * is put into their queue, an event, an answer or a refusal. The client comes back by itself and resumes by position. Nothing is
 * said to it: it would not read that either.
 */
export function cutSlowClients(io: LiveServer, cut: () => void): void {
  io.engine.on('connection', (conn: Connection) => void conn.on('packetCreate', look))
  function look(this: Connection): void {
    if (!isClogged(this)) return
    this.off('packetCreate', look)
    // closing in good order would wait behind what is not read
    webSocketOf(this).terminate()
    cut()
  }
}

function isClogged(conn: Connection): boolean {
  const frames = waitingFrames(conn)
  return frames.length >= 16 && (frames.length > mostFrames || lettersIn(frames) > mostBytes)
}

/**
 * Whether a client is given an answer with so many events, or has too much to read already. One that reads is soon rid of
 * that and asks again; if it were cut instead, it would ask for the same again, and be cut again.
 */
export function takesMore({ conn }: LiveSocket, events: number): boolean {
  if (events <= fewEvents) return true
  const before = promised.get(conn) ?? 0
  if (before + webSocketOf(conn).bufferedAmount + lettersIn(waitingFrames(conn)) > muchToRead) return false
  promised.set(conn, before + events * bytesOfEvent)
  // by then it has been sent, and is counted where it waits
  setImmediate(() => promised.delete(conn))
  return true
}

function lettersIn(frames: ReturnType<typeof waitingFrames>): number {
  return frames.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0)
}
