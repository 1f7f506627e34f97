import type { Topology } from './topology.ts'
import type { World } from './world.ts'

/** As the design numbers them. */
export type Invariant =
  | 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10' | 'I11' | 'I12' | 'I13' | 'I14' | 'I15' | 'I16'
  | 'I18' | 'I19' | 'I20' | 'S4' | 'S6' | 'S7' // prettier-ignore

/** One way that something breaks. Each takes a few seconds, and leaves everything as it was. */
export type Fault = {
  id: string
  title: string
  /** What the design's matrix says that it must exercise. */
  exercises: readonly Invariant[]
  strike: (topology: Topology, world: World) => Promise<void>
  /** Requests are sent twice at once (F15), all the time. */
  twice?: boolean
  /** Nobody may notice: no request fails (I15). */
  graceful?: boolean
  /** Requests may take longer than their deadline: the node, or the way to it, stands still. */
  standsStill?: boolean
}
