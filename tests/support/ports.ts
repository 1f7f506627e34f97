import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** A port that nobody has right now. */
export async function freePort(): Promise<number> {
  const { port, close } = await takenPort()
  await close()
  return port
}

/** A port that somebody else has until `close`, who takes connections and never says a word. */
export async function takenPort(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** The same server at another port of this machine. */
export function atPort(url: string, port: number): string {
  const other = new URL(url)
  other.host = `127.0.0.1:${port}`
  return other.href
}
