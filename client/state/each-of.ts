import { ApiError } from '../sdk/http.ts'
import { sentenceOf } from './refusal.ts'

/** What became of one of many: nothing to say, or the sentence with which it was refused. */
export type Outcome<Item> = { item: Item; refusal: string | null }

export type Watching<Item> = {
  /** Told of each as it is done or refused. */
  told: (outcome: Outcome<Item>) => void
  /** Aborted: what is under way is finished, and no more is begun. */
  signal?: AbortSignal
  wait: (seconds: number) => Promise<void>
  /** Four leave a browser, which asks for six things at a time, room for what else the page wants. */
  atOnce?: number
}

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
  { told, signal, wait, atOnce = 4 }: Watching<Item>,
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
          const sentence = sentenceOf(error)
          if (endsAll(error)) over = sentence
          return sentence
        }
        pause ??= wait(retryAfter).finally(() => (pause = null))
      }
    }
  }

  async function work(): Promise<void> {
    for (const item of left) {
      if (signal?.aborted) return
      told({ item, refusal: await outcomeOf(item) })
    }
  }

  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Whether the next one would be answered the same. */
function endsAll({ code }: ApiError): boolean {
  return code === 'rate_limited' || code === 'offline' || code === 'unauthenticated' || code === 'forbidden'
}

export function waitFor(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
