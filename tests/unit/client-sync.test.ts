import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StreamSync, type Snapshot, type Transport } from '#client/sdk/sync.ts'
import type { Watch, WatchAnswer } from '#shared/protocol/socket.ts'
import { streamOf } from '#shared/protocol/streams.ts'

type Letter = { position: number; letter: string }

const stream = streamOf('workspace', '00000000-0000-7000-8000-000000000001')
const mostCaughtUp = 8

/** A log in memory whose frames the test delivers by hand, so that it can lose, repeat and reorder them. */
class Log {
  epoch = 'first'
  letters: Letter[] = []
  frames: Letter[][] = []
  connected = true
  snapshots = 0

  append(letter: string): void {
    const event = { position: this.letters.length + 1, letter }
    this.letters.push(event)
    this.frames.push([event])
  }

  restore(length: number): void {
    this.epoch += '-restored'
    this.letters = this.letters.slice(0, length)
    this.frames = []
  }

  state(): string {
    return this.letters.map(({ letter }) => letter).join('')
  }

  snapshot(): Promise<Snapshot<string>> {
    this.snapshots += 1
    return Promise.resolve({ position: this.letters.length, epoch: this.epoch, state: this.state() })
  }

  watch({ after, epoch }: Watch): Promise<WatchAnswer> {
    if (!this.connected) return Promise.reject(new Error('connection lost'))
    const held = { ok: true as const, position: this.letters.length, epoch: this.epoch }
    const reset =
      after === undefined || after > held.position || epoch !== this.epoch || held.position - after > mostCaughtUp
    const events = this.letters.slice(after) as never[]
    return Promise.resolve(reset ? { ...held, reset: true } : { ...held, events })
  }
}

function follow(log: Log) {
  const seen: { state: string; applied: Letter[]; closed: string[] } = { state: '', applied: [], closed: [] }
  const transport: Transport = {
    isConnected: () => log.connected,
    watch: (watch) => log.watch(watch),
    wait: () => Promise.resolve(),
  }
  const source = {
    stream,
    takeSnapshot: () => log.snapshot(),
    apply: (state: string, event: Letter) => state + event.letter,
    changed: (state: string, { events }: { events: Letter[] }) => {
      seen.state = state
      seen.applied.push(...events)
    },
    closed: (code: string) => void seen.closed.push(code),
  }
  return { seen, sync: new StreamSync<string, Letter>(source, transport) }
}

/** Lets everything that has been answered already take effect. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

describe('a stream kept by the client', () => {
  test('starts from the snapshot and applies what comes, once', async () => {
    const log = new Log()
    log.append('a')
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    log.append('b')
    sync.hear([{ position: 2, letter: 'b' }])
    sync.hear([{ position: 2, letter: 'b' }])
    expect(seen.state).toBe('ab')
    expect(seen.applied).toHaveLength(1)
  })

  test('fills a gap from the log without a new snapshot', async () => {
    const log = new Log()
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    for (const letter of 'abc') log.append(letter)
    sync.hear([{ position: 3, letter: 'c' }])
    expect(seen.state).toBe('')
    await settled()
    expect(seen.state).toBe('abc')
    expect(log.snapshots).toBe(1)
  })

  test('162 what comes twice, backwards and long after, also after a new connection, is applied once and in order', async () => {
    const log = new Log()
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    for (const letter of 'abcdef') log.append(letter)
    const late = [...log.frames]
    for (const frame of [...late].reverse()) sync.hear(frame)
    await settled()
    log.connected = false
    log.append('g')
    log.connected = true
    sync.catchUp()
    // the whole of it once more, while it catches up and after
    for (const frame of late) sync.hear(frame)
    await settled()
    for (const frame of [...late, ...late.reverse()]) sync.hear(frame)
    await settled()
    expect(seen.state).toBe('abcdefg')
    expect(seen.applied.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(log.snapshots).toBe(1)
  })

  test('keeps what arrives while it catches up', async () => {
    const log = new Log()
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    for (const letter of 'ab') log.append(letter)
    sync.catchUp()
    log.append('c')
    sync.hear([{ position: 3, letter: 'c' }])
    await settled()
    expect(seen.state).toBe('abc')
    expect(seen.applied.map(({ position }) => position)).toEqual([1, 2, 3])
  })

  test('of two states kept from one stream, what the one misses while the other watches is taken over or caught up', async () => {
    const log = new Log()
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    log.append('a')
    sync.overhear(1, [{ position: 1, letter: 'a' }])
    expect(seen.state).toBe('a')
    // what the other began behind it was not answered
    for (const letter of 'bc') log.append(letter)
    sync.overhear(3, [])
    await settled()
    expect(seen.state).toBe('abc')
    sync.overhear(3, [{ position: 3, letter: 'c' }])
    await settled()
    expect(seen.applied.map(({ position }) => position)).toEqual([1, 2, 3])
    expect(log.snapshots).toBe(1)
  })

  test('S6b: takes the snapshot anew when it is ahead of a restored log', async () => {
    const log = new Log()
    for (const letter of 'abcd') log.append(letter)
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    log.restore(2)
    sync.catchUp()
    await settled()
    expect(seen.state).toBe('ab')
    expect(log.snapshots).toBe(2)
  })

  test('shows the snapshot while there is no connection, and goes on when there is one', async () => {
    const log = new Log()
    log.append('a')
    log.connected = false
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    expect(seen.state).toBe('a')
    log.append('b')
    log.connected = true
    sync.catchUp()
    await settled()
    expect(seen.state).toBe('ab')
  })

  test('is closed once, and hears nothing after it', async () => {
    const log = new Log()
    const { seen, sync } = follow(log)
    sync.catchUp()
    await settled()
    sync.close('deleted')
    sync.close('removed')
    sync.hear([{ position: 1, letter: 'a' }])
    sync.catchUp()
    await settled()
    expect(seen).toEqual({ state: '', applied: [], closed: ['deleted'] })
  })

  test('is closed at once where it was up to date', async () => {
    const { seen, sync } = follow(new Log())
    sync.catchUp()
    await settled()
    sync.hearClosed('deleted')
    expect(seen.closed).toEqual(['deleted'])
  })

  test('goes on where the closing that it hears was of an earlier watch: who was removed is back already', async () => {
    const log = new Log()
    log.append('a')
    const { seen, sync } = follow(log)
    sync.catchUp()
    sync.hearClosed('removed')
    await settled()
    expect(seen).toEqual({ state: 'a', applied: [], closed: [] })
    log.append('b')
    for (const frame of log.frames) sync.hear(frame)
    expect(seen.state).toBe('ab')
  })

  test('does not believe the answer that a closing overtook: it asks once more, and says what the closing said', async () => {
    const log = new Log()
    const { seen, sync } = follow(log)
    const open = await log.watch({ stream, after: 0, epoch: log.epoch })
    const answers: WatchAnswer[] = [open, { ok: false, code: 'not_found' }]
    let asked = 0
    log.watch = () => {
      const answer = answers[asked] as WatchAnswer
      asked += 1
      if (asked === 1) sync.hearClosed('deleted')
      return Promise.resolve(answer)
    }
    sync.catchUp()
    await settled()
    expect(asked).toBe(2)
    expect(seen.closed).toEqual(['deleted'])
  })

  test('a closing that it hears without a connection ends nothing, and keeps it from nothing', async () => {
    const log = new Log()
    log.append('a')
    log.connected = false
    const { seen, sync } = follow(log)
    sync.catchUp()
    sync.hearClosed('removed')
    await settled()
    log.connected = true
    log.append('b')
    sync.catchUp()
    await settled()
    expect(seen).toMatchObject({ state: 'ab', closed: [] })
  })

  test('ends as removed where there is nothing to see any more', async () => {
    const log = new Log()
    const { seen, sync } = follow(log)
    log.watch = () => Promise.resolve({ ok: false, code: 'not_found' })
    sync.catchUp()
    await settled()
    expect(seen.closed).toEqual(['removed'])
  })
})

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), letter: fc.constantFrom(...'abcdef') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disconnect' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), length: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(move: Step, log: Log, sync: StreamSync<string, Letter>): Promise<void> {
  const at = 'which' in move ? move.which % Math.max(1, log.frames.length) : 0
  if (move.do === 'append') log.append(move.letter)
  else if (move.do === 'deliver' && log.connected) sync.hear(log.frames.splice(at, 1)[0] ?? [])
  else if (move.do === 'repeat' && log.connected) sync.hear(log.frames[at] ?? [])
  else if (move.do === 'lose') log.frames.splice(at, 1)
  else if (move.do === 'join') log.frames = log.frames.length > 0 ? [log.frames.flat()] : []
  else if (move.do === 'disconnect') disconnect(log)
  else if (move.do === 'reconnect') reconnect(log, sync)
  else if (move.do === 'restore') {
    // a restored database is a restarted server: every connection is a new one
    log.restore(move.length)
    reconnect(log, sync)
  } else if (move.do === 'settle') await settled()
}

function disconnect(log: Log): void {
  log.connected = false
  log.frames = []
}

function reconnect(log: Log, sync: StreamSync<string, Letter>): void {
  disconnect(log)
  log.connected = true
  sync.catchUp()
}

test('162 S3 S4 whatever is lost, repeated, reordered or cut off, the client ends with what the server has', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (moves) => {
      const log = new Log()
      const { seen, sync } = follow(log)
      sync.catchUp()
      for (const move of moves) await take(move, log, sync)
      await settled()
      reconnect(log, sync)
      await settled()
      expect(seen.state).toBe(log.state())
      expect(seen.closed).toEqual([])
    }),
    { numRuns: 500 },
  )
})
