import { writeWithin, type Tx } from '../core/tenant.ts'
import type { Sql } from '../db/sql.ts'

/** Whom to ask about, and the number of this asking: whoever begins later has a higher one. */
export type Begun = { customerId: string; sync: number }

/** Takes the next number of the account's syncs; null where nobody ever began to pay. */
export async function beginSync(sql: Sql, accountId: string): Promise<Begun | null> {
  const [[begun]] = await writeWithin(sql, { account: accountId }, (tx) => [
    tx<Begun[]>`
      update subscriptions
      set syncs = syncs + 1
      where account_id = ${accountId}
      returning customer_id, syncs as sync`,
  ])
  return begun ?? null
}

/** Has the customer's account synchronised; whoever is unknown is nobody's. One that waits already is enough. */
export async function askForSync(sql: Sql, customerId: string): Promise<void> {
  await writeWithin(sql, {}, (tx) => [syncOfCustomer(tx, customerId)])
}

function syncOfCustomer(tx: Tx, customerId: string) {
  return tx`
    select enqueue_job('sync-billing', json_build_object('accountId', account), null, 'billing:' || account)
    from account_of_customer(${customerId}) as account
    where account is not null`
}
