import type { Socket } from 'socket.io'

/** What may wait for one client: frames, and letters in them. */
const mostFrames = 1_000
const mostLetters = 1024 * 1024

type Waiting = { data?: unknown }

/**
 * Cuts a client that does not read, so that what waits for it does not fill this process. It comes back by itself and
 * resumes by position. Nothing is said to it: it would not read that either.
 */
export function cutIfClogged({ conn }: Pick<Socket, 'conn'>): boolean {
  const waiting = Reflect.get(conn, 'writeBuffer') as Waiting[]
  if (waiting.length < 16) return false
  const letters = waiting.reduce((sum, { data }) => sum + (typeof data === 'string' ? data.length : 0), 0)
  if (waiting.length <= mostFrames && letters <= mostLetters) return false
  // closing in good order would wait behind what is not read
  const transport = Reflect.get(conn.transport, 'socket') as { terminate: () => void }
  transport.terminate()
  return true
}
