import { AsyncLocalStorage } from 'node:async_hooks'

/** The time that the units of one request have together: no more than a single one has. */
export class Allowance {
  over = false
  private spent = 0

  /** What of so many milliseconds is left. */
  leftOf(all: number): number {
    return Math.max(0, all - this.spent)
  }

  /** Counts the time that this takes. */
  async during<R>(work: () => PromiseLike<R>): Promise<R> {
    const from = performance.now()
    try {
      return await work()
    } finally {
      this.spent += performance.now() - from
    }
  }
}

const allowances = new AsyncLocalStorage<Allowance>()

/** Whatever is asked of the database within `work` has the rest of `allowance`; what it set off and left behind has not. */
export async function within<R>(allowance: Allowance, work: () => Promise<R>): Promise<R> {
  return allowances.run(allowance, work).finally(() => (allowance.over = true))
}

/** The allowance of the request that is under way here, if any. */
export function currentAllowance(): Allowance | undefined {
  const allowance = allowances.getStore()
  return allowance?.over ? undefined : allowance
}
