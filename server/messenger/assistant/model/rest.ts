import { ModelProblem, type Reason } from './problem.ts'

/** What may well last: everybody behind it would wait for nothing. */
const lasting: ReadonlySet<Reason> = new Set(['unreachable', 'silent', 'stalled', 'late', 'rate_limited', 'failing'])
const mostInARow = 3
/** Milliseconds. */
export const restFor = 30_000

/** Lets an endpoint rest that has failed several times in a row: for a while nobody is asked, and rejects at once. */
export function resting(milliseconds: number) {
  let failed = 0
  let until = -Infinity
  return async <T>(ask: () => Promise<T>): Promise<T> => {
    if (performance.now() < until) throw new ModelProblem('resting')
    try {
      const answer = await ask()
      failed = 0
      return answer
    } catch (error) {
      failed = error instanceof ModelProblem && lasting.has(error.reason) ? failed + 1 : 0
      if (failed >= mostInARow) until = performance.now() + milliseconds
      throw error
    }
  }
}
