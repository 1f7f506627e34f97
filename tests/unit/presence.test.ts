import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { afterEach, expect, test, vi } from 'vitest'
import type { Sql } from '#server/db/sql.ts'
import { Company } from '#server/gateway/company.ts'
import { OtherNodes } from '#server/gateway/other-nodes.ts'
import { PresenceRounds } from '#server/gateway/presence-rounds.ts'
import type { LiveSocket } from '#server/gateway/live.ts'
import { createLog } from '#server/log.ts'
import { createMetrics } from '#server/metrics.ts'
import { inProcessFeed } from '#server/relay/feed.ts'

afterEach(() => void vi.useRealTimers())

test('117 a node whose word was taken while its answer was lost says all of it again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const workspaceId = randomUUID()
  const userId = randomUUID()
  const database = fakeDatabase()
  const memberId = randomUUID()
  const company = new Company()
  company.place({} as LiveSocket, { userId, memberId, place: 'members' })
  const companies = new Map([[workspaceId, { company, heard: true }]])
  const node = randomUUID()
  const rounds = new PresenceRounds({
    sql: database.sql,
    feed: inProcessFeed(),
    log: createLog('silent'),
    metrics: createMetrics(),
    node,
    companies,
    others: new OtherNodes(node, companies),
  })
  expect(await database.told(() => true)).toEqual([])
  rounds.changed({ workspaceId, userId, memberId })
  expect(await database.told(() => true)).toEqual([userId])
  // forgotten meanwhile; this is taken as the beginning of a new life, and nobody hears that it was
  expect(await database.told(() => { throw new Error('CONNECTION_CLOSED') })).toEqual([]) // prettier-ignore
  expect(await database.told(() => true)).toEqual([userId])
  expect(await database.told(() => true)).toEqual([])
  await rounds.close()
})

/** Answers what it is told as each test says; `told` waits for the next telling, and answers who came with it. */
function fakeDatabase() {
  const tellings = new EventEmitter()
  let answer = (): boolean => true
  function tx(words: TemplateStringsArray, ...values: unknown[]): Promise<unknown> {
    if (!words[0]?.includes('tell_presence')) return Promise.resolve([])
    const known = answer
    tellings.emit('told', values[3])
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
