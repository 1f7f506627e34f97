import { expect, test } from 'vitest'
import { Allowance, within } from '#server/core/allowance.ts'
import { onOneConnection, together } from '#server/core/tenant.ts'
import { connect } from '#server/db/connect.ts'
import { useDatabase } from '../support/node.ts'

const database = useDatabase()

test('157 a second connection within a transaction: thrown in tests, where it would wait for itself in a full pool', async () => {
  const { sql } = database()
  const nested = onOneConnection(sql, async () => onOneConnection(sql, async (tx) => tx`select 1`))
  await expect(nested).rejects.toThrow('The pool was asked for a connection within a transaction.')
  const hidden = onOneConnection(sql, async (tx) => {
    await tx`select 1`
    await sql.guard.run(() => sql`select 1`)
  })
  await expect(hidden).rejects.toThrow('The pool was asked for a connection within a transaction.')
  // one after the other, and beside each other, is what a pool is for
  const one = () => onOneConnection(sql, async (tx) => tx`select 1 as one`)
  await expect(Promise.all([one(), one(), one()])).resolves.toHaveLength(3)
  expect(sql.guard.busy).toBe(0)
})

test('154 the units of one request have no more time together than one of them, and what it leaves behind has its own', async () => {
  const sql = connect(database().url)
  const nap = () => sql.guard.run(() => sql`select pg_sleep(1.6)`)
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
  const sql = connect(database().url, { patienceFactor: 0.1 })
  const asked: Promise<unknown>[] = []
  let goOn = (): void => undefined
  const late = new Promise<void>((resolve) => (goOn = resolve))
  const unit = onOneConnection(sql, async (tx) => {
    await late
    // as a command opens: one of these is made while the other one is already refused
    asked.push(together((async () => tx`select 1`)(), tx`select 2`), tx`select 3`.execute())
    await Promise.all(asked)
  })
  await expect(unit).rejects.toMatchObject({ code: 'UNIT_LATE' })
  goOn()
  await expect.poll(() => asked.length).toBe(2)
  for (const one of await Promise.allSettled(asked)) expect(one).toMatchObject({ reason: { code: 'UNIT_LATE' } })
  await expect.poll(() => sql.guard.busy).toBe(0)
  await sql.end()
})
