import { expect, test } from 'vitest'
import { onOneConnection } from '#server/core/tenant.ts'
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
