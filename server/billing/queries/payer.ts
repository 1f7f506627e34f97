import { Refusal } from '../../core/errors.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

/** Somebody with their own account, who may pay for it. `handle`: of the workspace that they come back to, if any. */
export type Payer = {
  accountId: string
  email: string
  name: string
  customerId: string | null
  handle: string | null
}

export async function readPayer(sql: Sql, userId: string): Promise<Payer> {
  const [[payer]] = await readWithin(sql, { user: userId }, (tx) => [
    tx<Payer[]>`
      select
        a.id as account_id, u.email, u.name, s.customer_id,
        (
          select w.handle from workspaces w
          where w.account_id = a.id
          order by w.is_default desc, w.created_at, w.id
          limit 1
        ) as handle
      from accounts a
        join users u on u.id = a.owner_id
        left join subscriptions s on s.account_id = a.id
      where a.owner_id = ${userId}`,
  ])
  if (!payer) throw new Refusal('unauthenticated', 'Sign in to continue.')
  return payer
}
