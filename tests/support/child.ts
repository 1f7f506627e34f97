import { readFileSync } from 'node:fs'
import { childrenOf } from '../faults/processes.ts'

/** The process of ours that was started with this setting. */
export function childWith(setting: string): number {
  const found = childrenOf(process.pid).find((pid) =>
    readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(setting),
  )
  if (found === undefined) throw new Error(`No program runs with ${setting}.`)
  return found
}
