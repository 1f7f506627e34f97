import { expect, test } from 'vitest'
import { doWithEach, type Outcome } from '#client/state/each-of.ts'
import { Selection } from '#client/state/selection.svelte.ts'
import { ApiError } from '#client/sdk/http.ts'

const numbers = Array.from({ length: 20 }, (_, n) => n)

/** Runs it, and answers what was told, how long it waited each time, and how many were under way at once. */
async function run(act: (n: number) => Promise<unknown>, { stopAfter = Infinity } = {}) {
  const told: Outcome<number>[] = []
  const waits: number[] = []
  const stopped = new AbortController()
  let [under, most] = [0, 0]
  const counted = async (n: number) => {
    most = Math.max(most, (under += 1))
    await Promise.resolve()
    await act(n).finally(() => (under -= 1))
  }
  await doWithEach(numbers, counted, {
    told(outcome) {
      told.push(outcome)
      if (told.length >= stopAfter) stopped.abort()
    },
    signal: stopped.signal,
    wait: async (seconds) => void waits.push(seconds),
  })
  return { told, waits, most, refused: told.filter(({ refusal }) => refusal !== null) }
}

test('each has an outcome of its own, and four are asked for at a time', async () => {
  const { told, refused, most } = await run(async (n) => {
    if (n % 5 === 0) throw new ApiError('not_found', `There is no ${n}.`)
  })
  expect(told.map(({ item }) => item).toSorted((one, other) => one - other)).toEqual(numbers)
  expect(refused.map(({ refusal }) => refusal)).toEqual([0, 5, 10, 15].map((n) => `There is no ${n}.`))
  expect(most).toBe(4)
})

test('a server that is busy is waited for as long as it says, and asked again', async () => {
  let busy = 3
  const { refused, waits } = await run(async () => {
    if ((busy -= 1) >= 0) throw new ApiError('overloaded', 'Busy.', [], 2)
  })
  expect(refused).toEqual([])
  expect(waits.length).toBeGreaterThan(0)
  expect(new Set(waits)).toEqual(new Set([2]))
})

test('a limit for the next hour ends it: the others are refused with that sentence, and never asked for', async () => {
  const asked: number[] = []
  const { told, refused, waits } = await run(async (n) => {
    asked.push(n)
    if (n >= 8) throw new ApiError('rate_limited', 'That is too often. Try again in 40 minutes.', [], 2400)
  })
  expect(told).toHaveLength(20)
  expect(refused).toHaveLength(12)
  expect(new Set(refused.map(({ refusal }) => refusal))).toEqual(
    new Set(['That is too often. Try again in 40 minutes.']),
  )
  expect(asked.length).toBeLessThanOrEqual(12)
  expect(waits).toEqual([])
})

test('what is stopped finishes what is under way, and leaves the rest as it was', async () => {
  const { told } = await run(async () => undefined, { stopAfter: 6 })
  expect(told.length).toBeGreaterThanOrEqual(6)
  expect(told.length).toBeLessThan(10)
})

test('a range goes from the last one to this one, whichever stands first', () => {
  const shown = ['ada', 'grace', 'edsger', 'barbara', 'lin']
  const selection = new Selection()
  const selected = () => shown.filter((id) => selection.has(id))
  selection.pick('barbara', shown)
  selection.pick('grace', shown, { range: true })
  expect(selected()).toEqual(['grace', 'edsger', 'barbara'])
  selection.pick('edsger', shown)
  expect(selected()).toEqual(['grace', 'barbara'])
  selection.pick('lin', shown, { range: true })
  expect(selected()).toEqual(['grace', 'edsger', 'barbara', 'lin'])
  expect(selection.of(shown)).toBe('some')
  expect(selection.of(['lin'])).toBe('all')
})

test('a range whose beginning is no longer shown is the one row', () => {
  const selection = new Selection()
  selection.pick('ada', ['ada', 'grace'])
  selection.pick('edsger', ['grace', 'edsger'], { range: true })
  expect(['ada', 'grace', 'edsger'].filter((id) => selection.has(id))).toEqual(['ada', 'edsger'])
})

test('all that are shown are selected at once, and given up at once', () => {
  const selection = new Selection()
  selection.pick('hidden', ['hidden'])
  selection.pickAll(['ada', 'grace'])
  expect(selection.of(['ada', 'grace', 'hidden'])).toBe('all')
  selection.pickAll(['ada', 'grace'])
  expect(selection.of(['ada', 'grace'])).toBe('none')
  expect(selection.has('hidden')).toBe(true)
  selection.clear()
  expect(selection.isEmpty).toBe(true)
})
