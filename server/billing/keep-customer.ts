import { writeWithin } from '../core/tenant.ts'
import type { Sql } from '../db/sql.ts'

/** `former`: the customer that this one replaces, since there is no such one any more; null: there was none. */
type Found = { accountId: string; customerId: string; former: string | null }

/** Keeps who pays for an account. Of two who found somebody at once the first one counts; answers whom it is. */
export async function keepCustomer(sql: Sql, { accountId, customerId, former }: Found): Promise<string> {
  const [, [kept]] = await writeWithin(sql, { account: accountId }, (tx) => [
    tx`
      insert into subscriptions (account_id, customer_id)
      values (${accountId}, ${customerId})
      on conflict (account_id) do update
        set customer_id = excluded.customer_id
        where subscriptions.customer_id = ${former}`,
    tx<{ customerId: string }[]>`select customer_id from subscriptions where account_id = ${accountId}`,
  ])
  if (!kept) throw new Error('Whoever pays for the account was not kept.')
  return kept.customerId
}
