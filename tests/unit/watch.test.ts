import { EventEmitter, once } from 'node:events'
import { expect, test } from 'vitest'
import type { WatchAnswer } from '#shared/protocol/socket.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '#server/core/event-log.ts'
import { Room } from '#server/gateway/room.ts'
import type { LiveSocket, Sent } from '#server/gateway/live.ts'
import type { Entry, Rooms } from '#server/gateway/rooms.ts'
import { answering } from '#server/gateway/messages.ts'
import { watching } from '#server/gateway/watch.ts'

// Whatever the order in which promises are kept within one turn of the event loop: the answer and the frames behind it hold
// each event once, in order.

/** Beyond this the answer has long been given. */
const mostTicks = 60

for (const after of [0, 2]) {
  test(`S4 an event that is delivered at any tick of a watch after ${after} is in its answer or in a frame behind that`, async () => {
    const transcripts = new Set<string>()
    for (let ticks = 0; ticks <= mostTicks; ticks += 1) {
      const heard = await watchWhile(after, ticks)
      expect(heard.positions, `delivered after ${ticks} ticks: ${heard.transcript}`).toEqual(upTo(3).slice(after))
      transcripts.add(heard.transcript)
    }
    // the moments tried are on both sides of the answer
    expect(transcripts.size).toBe(2)
  })
}

test('S4 where its room was left and opened anew meanwhile, the answer is of the one that it is in now', async () => {
  const { say, watch, transcript, rooms } = page()
  const first = watch(0)
  await rooms.asked
  rooms.reopen(upTo(3).map(event))
  rooms.release()
  await first
  say('over')
  rooms.current.hear([event(4)])
  expect(transcript).toEqual(['answer 1 2 3 at 3', 'over', 'frame 4'])
})

/** Watches a stream at its position 2; the third event is delivered so many ticks after the second. */
async function watchWhile(after: number, ticks: number) {
  const { watch, transcript, positions, rooms } = page()
  const answered = watch(after)
  // what is older than the room has to be read, and what follows is of one turn
  if (after < 2) await rooms.asked
  rooms.release()
  for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
  rooms.current.hear([event(3)])
  await answered
  return { transcript: transcript.join(', '), positions }
}

/** A socket in front of one stream, and all that it is sent. */
function page() {
  const stream = streamOf('workspace', '01a21af8-182b-7321-91c4-a0b8a069fab2')
  const transcript: string[] = []
  const positions: number[] = []
  let entry: Entry | undefined
  let log = upTo(2).map(event)
  const news = new EventEmitter()
  const [asked, released] = [once(news, 'asked'), once(news, 'released')]
  const open = () =>
    new Room(
      stream,
      null,
      async (_, from) => {
        news.emit('asked')
        await released
        return log.filter(({ position }) => position > from)
      },
      (events) => {
        if (entry?.as !== 'live') return
        transcript.push(`frame ${positionsOf(events).join(' ')}`)
        positions.push(...positionsOf(events))
      },
    )
  const held = {
    asked,
    release: () => void news.emit('released'),
    current: open(),
    reopen(events: LoggedEvent[]) {
      log = events
      held.current.close()
      held.current = open()
      held.current.start(events.length)
      entry = { as: 'live' }
    },
  }
  const rooms = {
    leave: () => (entry = undefined),
    enter: () => (entry = { as: 'joining' }),
    verified: async () => undefined,
    room: () => held.current,
    entryOf: () => entry,
    makeLive: () => (entry = { as: 'live' }),
  } as unknown as Rooms
  const access = {
    parentOf: async () => null,
    headsFor: async () => ({ position: 2, above: null }),
    shape: (one: LoggedEvent) => one as Sent,
    entered: () => undefined,
  }
  type Ask = (name: string, payload: object, answer: (answer: WatchAnswer<Sent>) => void) => void
  let ask: Ask = () => undefined
  const socket = {
    connected: true,
    conn: { transport: { socket: { bufferedAmount: 0 } }, writeBuffer: [] },
    onAny: (hear: Ask) => (ask = hear.bind(socket)),
  }
  const parts = { log: console, metrics: { socketAnswers: { inc: () => undefined } } }
  answering(watching(rooms, { access, epoch: 'e' }), parts as never)(socket as unknown as LiveSocket)
  return {
    transcript,
    positions,
    rooms: held,
    say: (word: string) => void transcript.push(word),
    watch: (after: number) =>
      new Promise<void>((resolve, reject) =>
        ask('watch', { stream, after }, (answer) => {
          if (!answer.ok || 'reset' in answer) return reject(new Error('It was not answered with events.'))
          const told = positionsOf(answer.events)
          transcript.push(`answer ${told.join(' ')} at ${answer.position}`)
          positions.push(...told)
          resolve()
        }),
      ),
  }
}

function positionsOf(events: readonly { position: number }[]): number[] {
  return events.map(({ position }) => position)
}

function upTo(position: number): number[] {
  return Array.from({ length: position }, (_, n) => n + 1)
}

function event(position: number): LoggedEvent {
  return { position, type: 'workspace.renamed', at: '2026-11-26T00:00:00.000Z', actor: null, data: {} as never, revokes: null, behind: null } as unknown as LoggedEvent // prettier-ignore
}
