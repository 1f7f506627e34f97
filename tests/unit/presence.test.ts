import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import type { Sql } from '#server/db/sql.ts'
import { Presence } from '#server/gateway/presence.ts'
import { createLog } from '#server/log.ts'
import { createMetrics } from '#server/metrics.ts'

afterEach(() => void vi.useRealTimers())

test('117 a node whose word was taken while its answer was lost says all of it again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const workspaceId = randomUUID()
  const userId = randomUUID()
  const database = fakeDatabase()
  const presence = new Presence({
    sql: database.sql,
    log: createLog('silent'),
    metrics: createMetrics(),
    node: randomUUID(),
    streams: () => [streamOf('workspace', workspaceId)],
    usersIn: () => new Set([userId]),
  })
  expect(await database.told(() => true)).toEqual([])
  presence.changed(streamOf('workspace', workspaceId), userId)
  expect(await database.told(() => true)).toEqual([userId])
  // forgotten meanwhile; this is taken as the beginning of a new life, and nobody hears that it was
  expect(await database.told(() => { throw new Error('CONNECTION_CLOSED') })).toEqual([]) // prettier-ignore
  expect(await database.told(() => true)).toEqual([userId])
  expect(await database.told(() => true)).toEqual([])
  await presence.close()
})

/** Answers what it is told as each test says; `told` waits for the next telling, and answers who came with it. */
function fakeDatabase() {
  const tellings = new EventEmitter()
  let answer = (): boolean => true
  function tx(words: TemplateStringsArray, ...values: unknown[]): Promise<unknown> {
    if (!words[0]?.includes('tell_presence')) return Promise.resolve([])
    const known = answer
    tellings.emit('told', values[2])
    return Promise.resolve().then(() => [{ known: known() }])
  }
  return {
    sql: { run: (work: (ask: typeof tx) => Promise<unknown>) => work(tx) } as unknown as Sql,
    async told(next: () => boolean): Promise<unknown> {
      answer = next
      const told = once(tellings, 'told')
      await vi.advanceTimersByTimeAsync(4_000)
      return ((await told) as unknown[])[0]
    },
  }
}
