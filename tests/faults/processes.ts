import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Looks until it is so, or fails by itself; for what tells nobody when it comes about. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(10)
}

/** The letter that the kernel has for its state (`T`: stopped) and its parent; null where there is none. */
export function statusOf(pid: number): { state: string; parent: number } | null {
  try {
    const [, state = '', parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    // one that has ended and that nobody has asked about yet runs no more
    return state === 'Z' || state === 'X' ? null : { state, parent: Number(parent) }
  } catch {
    return null
  }
}

export function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return all.filter((one) => statusOf(one)?.parent === pid)
}

/** A port that nobody has right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** The same server at another port of this machine. */
export function atPort(url: string, port: number): string {
  const other = new URL(url)
  other.host = `127.0.0.1:${port}`
  return other.href
}
