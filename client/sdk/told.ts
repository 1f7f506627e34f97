import { ApiError } from './http.ts'
import type { ClosedCode } from './sync.ts'

/** What whoever watches can be told beside the state. */
export type Told<Event, State> = {
  /** Each event once and in order, with the state before it. */
  heard?: (event: Event, before: State) => void
  /** The state was taken anew: what happened meanwhile is in it, and is heard by nobody. */
  reset?: () => void
  /** The state cannot be read for now, and why. It is tried again by itself, with growing pauses. */
  failing?: (error: ApiError) => void
  /** Nothing more will come, and why. */
  closed?: (code: ClosedCode) => void
}

/** Anything else is a mistake of ours, which is no matter of whoever watches. */
export function tellFailing({ failing }: Pick<Told<never, never>, 'failing'>, error: unknown): void {
  if (error instanceof ApiError) failing?.(error)
}
