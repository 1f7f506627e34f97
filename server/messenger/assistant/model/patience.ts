import { ModelProblem, type Reason } from './problem.ts'

export type Patience = { first: number; next: number; whole: number }

/** Milliseconds: until the first word, from one to the next, and for the whole answer. */
export const patience: Patience = { first: 10_000, next: 5_000, whole: 20_000 }

/** A signal that is aborted, for a `ModelProblem`, when nothing is heard for too long, or the node ends. */
export function beginWaiting({ first, next, whole }: Patience, ending: AbortSignal) {
  const controller = new AbortController()
  const give = (reason: Reason) => controller.abort(new ModelProblem(reason))
  const end = () => give('ending')
  const late = setTimeout(give, whole, 'late')
  let quiet = setTimeout(give, first, 'silent')
  ending.addEventListener('abort', end)
  if (ending.aborted) end()
  return {
    signal: controller.signal,
    heard(): void {
      clearTimeout(quiet)
      quiet = setTimeout(give, next, 'stalled')
    },
    /** It is over, one way or the other. */
    stop(): void {
      clearTimeout(late)
      clearTimeout(quiet)
      ending.removeEventListener('abort', end)
    },
  }
}
