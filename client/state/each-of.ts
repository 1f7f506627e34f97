import { ApiError } from '../sdk/http.ts'

/** What became of one of many: nothing to say, or the sentence with which it was refused. */
export type Outcome<Item> = { item: Item; refusal: string | null }

export type Watching<Item> = {
  /** Told of each as it is done or refused. */
  told: (outcome: Outcome<Item>) => void
  /** Aborted: what is under way is finished, and no more is begun. */
  signal: AbortSignal
  wait: (seconds: number) => Promise<void>
}

/** As many as a browser asks for at once without what else the page wants having to wait. */
const atOnce = 4
/** A server that is busy for so many seconds is waited for; one that says no for an hour is believed. */
const patience = 30
const attempts = 5

/**
 * Does the same with each, some at a time, and tells of each by itself. `Retry-After` holds all of them back; where it is
 * too long, or nothing gets through any more, the rest are refused with that sentence and never asked for.
 */
export async function doWithEach<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<unknown>,
  { told, signal, wait }: Watching<Item>,
): Promise<void> {
  const left = items.values()
  let pause: Promise<void> | null = null
  let over: string | null = null

  async function outcomeOf(item: Item): Promise<string | null> {
    for (let attempt = 1; ; attempt += 1) {
      await pause
      if (over !== null) return over
      try {
        await act(item)
        return null
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        const { retryAfter } = error
        const waits = retryAfter !== null && retryAfter <= patience && attempt < attempts
        if (!waits) {
          if (endsAll(error)) over = error.message
          return error.message
        }
        pause ??= wait(retryAfter).finally(() => (pause = null))
      }
    }
  }

  async function work(): Promise<void> {
    for (const item of left) {
      if (signal.aborted) return
      told({ item, refusal: await outcomeOf(item) })
    }
  }

  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Whether the next one would be answered the same. */
function endsAll({ code }: ApiError): boolean {
  return code === 'rate_limited' || code === 'offline' || code === 'unauthenticated' || code === 'forbidden'
}
