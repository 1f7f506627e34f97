import type { Operation } from '../traffic.ts'
import type { LoggedEvent } from '#server/core/event-log.ts'
import type { Topology } from '../topology.ts'
import type { World } from '../world.ts'
import type { Fault, Invariant } from '../fault.ts'

export type Violation = { invariant: Invariant; what: string }

/** What one run leaves behind, once everything is healed and quiet. */
export type Evidence = {
  topology: Topology
  world: World
  fault: Fault
  operations: readonly Operation[]
  /** When everybody was there and history began, in milliseconds since the epoch: arranging it is not judged by its speed. */
  arranged: number
  /** When the fault struck and when it was over, in milliseconds since the epoch. */
  window: { from: number; to: number }
  /** The events of every stream of this world, in order. */
  log: ReadonlyMap<string, LoggedEvent[]>
  /** What the nodes wrote to their error output. */
  complaints: readonly string[]
  /** Why the fault could not be carried out as it was meant: a node that did not end or start in order. */
  broken: string | null
}

/** How soon after the end of a fault everything works again, in milliseconds. */
export const recovery = 5_000

export type Check = (evidence: Evidence) => Violation[] | Promise<Violation[]>

export function violated(invariant: Invariant, texts: readonly string[]): Violation[] {
  return texts.map((what) => ({ invariant, what }))
}
