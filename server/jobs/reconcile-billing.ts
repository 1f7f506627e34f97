import { readWithin, writeWithin } from '../core/tenant.ts'
import type { Sql } from '../db/sql.ts'
import { enqueue } from './enqueue.ts'

/** Accounts at a time, and milliseconds from one's turn to the next one's: Stripe allows many more questions a second. */
const page = 500
const pace = 200

/** Has every account that pays compared with what Stripe says, one after the other, whether an event came or not. */
export function reconcileBilling({ sql }: { sql: Sql }) {
  return async (): Promise<void> => {
    let turn = Date.now()
    let accounts = await accountsThatPay(sql, null)
    while (accounts.length > 0) {
      const jobs = accounts.map((accountId) => {
        const payload = { accountId, nightly: true }
        const at = new Date((turn += pace)).toISOString()
        return { task: 'sync-billing', payload, at, key: `nightly:${accountId}` } as const
      })
      await writeWithin(sql, {}, (tx) => [enqueue(tx, ...jobs)])
      accounts = await accountsThatPay(sql, accounts.at(-1) ?? null)
    }
    // last: where this is broken off it is tried again, and until then it is the one that is planned
    await planReconciliation(sql)
  }
}

/** Plans the next night's, unless it is planned. */
export async function planReconciliation(sql: Sql): Promise<void> {
  await writeWithin(sql, {}, (tx) => [tx`select plan_reconciliation()`])
}

async function accountsThatPay(sql: Sql, after: string | null): Promise<string[]> {
  const [rows] = await readWithin(sql, {}, (tx) => [
    tx<{ id: string }[]>`select id from accounts_that_pay(${after}, ${page}) as id`,
  ])
  return rows.map(({ id }) => id)
}
