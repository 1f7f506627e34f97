import type { Unit } from '../core/run-command.ts'
import { enqueue } from '../jobs/enqueue.ts'

/** Has whoever pays for an account that is being deleted pay no longer. */
export async function endPayment({ tx, draft }: Unit, accountId: string): Promise<void> {
  const [row] = await tx<{ customerId: string }[]>`
    select customer_id from subscriptions where account_id = ${accountId}`
  if (row) draft.send(enqueue(tx, { task: 'end-billing', payload: { customerId: row.customerId } }))
}
