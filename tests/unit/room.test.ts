import { EventEmitter, once } from 'node:events'
import { expect, test } from 'vitest'
import type { Stream } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '#server/core/event-log.ts'
import { Room } from '#server/gateway/room.ts'

// The workspace's room stands above the conversation's: what was committed behind a position of the one is not delivered
// by the other before that position was, by whatever way the two are told.

test('S5 an event that a hint tells of waits for what it stands behind, which is read where no hint tells of it', async () => {
  const { above, below, delivered, log } = rooms()
  log.above = [event(1)]
  log.below = [event(1, 0), event(2, 1)]
  below.hear(log.below)
  expect(delivered).toEqual(['below 1'])
  await below.reach(2)
  expect(delivered).toEqual(['below 1', 'above 1', 'below 2'])
  expect([above.position, below.position]).toEqual([1, 2])
})

test('S5 it waits as long as what it stands behind cannot be read, and is delivered as soon as that comes', async () => {
  const { above, below, delivered, log } = rooms()
  log.fail = true
  below.hear([event(1, 2)])
  await expect(above.reach(2)).rejects.toThrow('away')
  expect(delivered).toEqual([])
  log.fail = false
  log.above = [event(1), event(2)]
  log.below = [event(1, 2)]
  await below.reach(1)
  expect(delivered).toEqual(['above 1', 'above 2', 'below 1'])
})

test('S5 what is read from the log waits as well', async () => {
  const { below, delivered, log } = rooms()
  log.below = [event(1, 0), event(2, 3), event(3, 3)]
  log.held = true
  log.above = [event(1), event(2), event(3)]
  const asked = once(log.news, 'asked')
  const reached = below.reach(3)
  await asked
  expect(delivered).toEqual([])
  log.news.emit('released')
  await reached
  expect(delivered).toEqual(['above 1', 'above 2', 'above 3', 'below 1', 'below 2', 'below 3'])
  // it did not ask again and again meanwhile
  expect(log.readings).toBe(1)
})

test('S4 S5 of several that wait each goes as far as the room above has come', async () => {
  const { above, below, delivered, log } = rooms()
  log.fail = true
  below.hear([event(1, 1), event(2, 1), event(3, 2)])
  await expect(above.reach(1)).rejects.toThrow('away')
  above.hear([event(1)])
  below.hear([])
  expect(delivered).toEqual(['above 1', 'below 1', 'below 2'])
  above.hear([event(2)])
  below.hear([])
  expect(delivered).toEqual(['above 1', 'below 1', 'below 2', 'above 2', 'below 3'])
})

test('S4 a room that is closed while it reads delivers nothing any more, and keeps nobody waiting', async () => {
  const { above, delivered, log } = rooms()
  log.above = [event(1), event(2)]
  log.held = true
  const asked = once(log.news, 'asked')
  const reached = above.reach(2)
  await asked
  above.close()
  log.news.emit('released')
  await reached
  expect(delivered).toEqual([])
})

/** Both rooms at position 0, and what a reading of their logs gives. */
function rooms() {
  const delivered: string[] = []
  const log = {
    above: [] as LoggedEvent[],
    below: [] as LoggedEvent[],
    fail: false,
    /** How often the log below was read. */
    readings: 0,
    /** Whether a reading of the log above, which says `asked`, ends only when `released` is said. */
    held: false,
    news: new EventEmitter(),
  }
  const names: [Stream, Stream] = ['workspace:w', 'conversation:c']
  async function read(stream: Stream, after: number): Promise<LoggedEvent[]> {
    if (log.fail) throw new Error('away')
    await new Promise(setImmediate)
    if (stream !== names[0]) {
      log.readings += 1
      return log.below.filter(({ position }) => position > after)
    }
    log.news.emit('asked')
    if (log.held) await once(log.news, 'released')
    return log.above.filter(({ position }) => position > after)
  }
  const deliver = (name: string) => (events: LoggedEvent[]) =>
    void delivered.push(...events.map(({ position }) => `${name} ${position}`))
  const above = new Room(names[0], null, read, deliver('above'))
  const below = new Room(names[1], above, read, deliver('below'))
  above.start(0)
  below.start(0)
  return { above, below, delivered, log }
}

function event(position: number, behind: number | null = null): LoggedEvent {
  return { position, type: 'message.created', at: '2026-11-26T00:00:00.000Z', actor: null, data: {} as never, revokes: null, behind } as LoggedEvent // prettier-ignore
}
