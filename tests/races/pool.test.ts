import { expect, test } from 'vitest'
import { Allowance, within } from '#server/core/allowance.ts'
import { databaseFailureOf } from '#server/core/failures.ts'
import { together, type Tx } from '#server/core/tenant.ts'
import { Sql } from '#server/db/sql.ts'
import { startFaultProxy } from '../faults/fault-proxy.ts'
import { useDatabase } from '../support/node.ts'

const database = useDatabase()

test('157 a second connection within a transaction: thrown in tests, where it would wait for itself in a full pool', async () => {
  const { sql } = database()
  const nested = sql.run(async () => sql.run(async (tx) => tx`select 1`))
  await expect(nested).rejects.toThrow('The pool was asked for a connection within a transaction.')
  const hidden = sql.run(async (tx) => {
    await tx`select 1`
    await sql.run((tx) => tx`select 1`)
  })
  await expect(hidden).rejects.toThrow('The pool was asked for a connection within a transaction.')
  // one after the other, and beside each other, is what a pool is for
  const one = () => sql.run(async (tx) => tx`select 1 as one`)
  await expect(Promise.all([one(), one(), one()])).resolves.toHaveLength(3)
  expect(sql.busy).toBe(0)
})

test('154 the units of one request have no more time together than one of them, and what it leaves behind has its own', async () => {
  const sql = new Sql(database().url)
  const nap = () => sql.run((tx) => tx`select pg_sleep(1.6)`)
  let answer = (): void => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  let leftBehind: Promise<unknown> | undefined
  const asked = within(new Allowance(), async () => {
    leftBehind = answered.then(nap).then(nap)
    await nap()
    await nap()
  })
  await expect(asked).rejects.toMatchObject({ code: 'UNIT_LATE' })
  answer()
  await expect(leftBehind).resolves.toHaveLength(1)
  await sql.end()
})

test('154 what is asked for when time is up is refused, all of it, and nobody’s refusal goes unheard', async () => {
  const sql = new Sql(database().url, { patienceFactor: 0.1 })
  const asked: Promise<unknown>[] = []
  let goOn = (): void => undefined
  const late = new Promise<void>((resolve) => (goOn = resolve))
  const unit = sql.run(async (tx) => {
    await late
    // as a command opens: one of these is made while the other one is already refused
    asked.push(together((async () => tx`select 1`)(), tx`select 2`), tx`select 3`.execute())
    await Promise.all(asked)
  })
  await expect(unit).rejects.toMatchObject({ code: 'UNIT_LATE' })
  goOn()
  await expect.poll(() => asked.length).toBe(2)
  for (const one of await Promise.allSettled(asked)) expect(one).toMatchObject({ reason: { code: 'UNIT_LATE' } })
  await expect.poll(() => sql.busy).toBe(0)
  await sql.end()
})

test.each(['PostgreSQL ends them', 'the network ends them without a word'])(
  '153 who waits while the connections of others are lost gets another one, and the pool is as large as before: %s',
  async (how) => {
    const proxy = await startFaultProxy(() => Number(new URL(database().url).port))
    const url = new URL(database().url)
    url.port = String(proxy.port)
    const sql = new Sql(url.href, { max: 2, name: 'pool under test' })
    const nap = (seconds: number) =>
      sql.run((tx) => tx<Backend[]>`select pg_backend_pid() as pid from pg_sleep(${seconds})`)
    for (let round = 0; round < 5; round += 1) {
      const held = Promise.allSettled([nap(60), nap(60)])
      const waiting = Array.from({ length: 5 }, () => nap(0))
      await expect.poll(backends).toHaveLength(2)
      // PostgreSQL itself does not notice that nobody is there any more
      if (how === 'the network ends them without a word') proxy.cut()
      await end(await backends())
      for (const one of await held) expect(databaseFailureOf(one.status === 'rejected' && one.reason)).toBe('away')
      await Promise.all(waiting)
      expect(sql.busy).toBe(0)
    }
    const rows = await Promise.all([nap(0.2), nap(0.2)])
    expect(new Set(rows.flat().map(({ pid }) => pid)).size).toBe(2)
    await sql.end()
    await proxy.close()
  },
)

test('153 behind the end of its connection a unit asks nothing more, and nobody is left waiting', async () => {
  const sql = new Sql(database().url, { max: 1, name: 'pool under test' })
  const asked: Promise<unknown>[] = []
  const unit = sql.run(async (tx) => {
    // three at once: the first has to be described before the others are sent
    asked.push(...[1, 2, 3].map((n) => tx`select ${n}::int, pg_sleep(60)`.execute()))
    // they can be over before anybody here awaits them
    for (const one of asked) one.catch(() => undefined)
    await expect.poll(backends).toHaveLength(1)
    await end(await backends())
    await Promise.allSettled(asked.slice(0, 1))
    asked.push(tx`select 4`.execute())
    await asked[1]
  })
  await expect(unit).rejects.toThrow()
  expect(databaseFailureOf(await unit.catch((error: unknown) => error))).toBe('away')
  // the unit is given up at once, what it was about to do not yet
  await expect.poll(() => asked.length).toBe(4)
  await expect(asked[3]).rejects.toThrow(/was lost|is over/)
  await expect(sql.run((tx) => tx`select 1 as one`)).resolves.toEqual([{ one: 1 }])
  expect(sql.busy).toBe(0)
  await sql.end()
})

test('T1 what a unit asks behind its own end is refused: its connection is somebody else’s by then', async () => {
  const sql = new Sql(database().url, { max: 1 })
  let kept = null as unknown as Tx
  await sql.run(async (tx) => {
    kept = tx
    await tx`select 1`
  })
  await expect(kept`select 2`).rejects.toThrow('The transaction is over.')
  await sql.end()
})

type Backend = { pid: number }

async function backends(): Promise<number[]> {
  const rows = await database().owner<Backend[]>`
    select pid from pg_stat_activity
    where application_name = 'pool under test' and datname = current_database() and wait_event = 'PgSleep'`
  return rows.map(({ pid }) => pid)
}

async function end(pids: number[]): Promise<void> {
  await database().owner`select pg_terminate_backend(pid) from unnest(${pids}::int[]) as named (pid)`
}
