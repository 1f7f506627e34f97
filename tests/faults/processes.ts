import { readdirSync, readFileSync } from 'node:fs'
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
