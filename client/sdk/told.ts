import type { ClosedCode } from './sync.ts'

/** What whoever watches can be told beside the state. */
export type Told<Event, State> = {
  /** Each event once and in order, with the state before it. */
  heard?: (event: Event, before: State) => void
  /** The state was taken anew: what happened meanwhile is in it, and is heard by nobody. */
  reset?: () => void
  /** Nothing more will come, and why. */
  closed?: (code: ClosedCode) => void
}
