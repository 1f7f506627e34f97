import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '#server/core/event-log.ts'
import { Outbox } from '#server/gateway/outbox.ts'

let now = 0

beforeEach(() => {
  now = 1_000
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('what is told together is one frame', async () => {
  const { outbox, frames } = reaching(1)
  for (const position of [1, 2, 3]) outbox.push([event(position)])
  await behindThis()
  expect(frames).toEqual([[1, 2, 3]])
})

test('an event close behind another one does not wait for it', async () => {
  const { outbox, frames } = reaching(4)
  outbox.push([event(1)])
  await behindThis()
  outbox.push([event(2)])
  await behindThis()
  expect(frames).toEqual([[1], [2]])
})

test('while a large audience is reached, for two thirds of the time at most, what comes shares a frame', async () => {
  const { outbox, frames } = reaching(30)
  const [from, to, every] = [now, now + 3_000, 10]
  let position = 0
  while (now < to) {
    // what came while it was sending is told in one go, as an event loop does
    while (from + position * every <= now) outbox.push([event((position += 1))])
    await behindThis()
    now += 1
    await vi.advanceTimersByTimeAsync(1)
  }
  const sending = frames.length * 30
  expect(sending / (now - from)).toBeGreaterThan(0.6)
  expect(sending / (now - from)).toBeLessThan(0.68)
  outbox.flush()
  expect(frames.flat()).toEqual(Array.from({ length: position }, (_, n) => n + 1))
})

test('what was sent at once for somebody who joins is not sent again', async () => {
  const { outbox, frames } = reaching(30)
  outbox.push([event(1)])
  outbox.flush()
  outbox.push([event(2)])
  outbox.flush()
  await behindThis()
  await vi.runAllTimersAsync()
  expect(frames).toEqual([[1], [2]])
})

test('a closed one sends nothing', async () => {
  const { outbox, frames } = reaching(1)
  outbox.push([event(1)])
  outbox.close()
  await behindThis()
  expect(frames).toEqual([])
})

/** An outbox whose audience takes so many milliseconds to reach, and the positions in each frame. */
function reaching(milliseconds: number) {
  const frames: number[][] = []
  const stream = streamOf('workspace', '01a21af8-182b-7321-91c4-a0b8a069fab2')
  const outbox = new Outbox<number>(
    stream,
    ({ position }) => position,
    ({ events }) => {
      frames.push(events)
      now += milliseconds
    },
  )
  return { outbox, frames }
}

/** Whatever was left for the end of this turn is done. */
async function behindThis(): Promise<void> {
  await Promise.resolve()
  await Promise.resolve()
}

function event(position: number): LoggedEvent {
  return { position } as LoggedEvent
}
