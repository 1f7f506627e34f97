import { applySubscription } from '../billing/commands/apply-subscription.ts'
import { standingOf } from '../billing/standing.ts'
import type { StripeApi } from '../billing/stripe-api.ts'
import { StripeProblem } from '../billing/stripe-problem.ts'
import { beginSync } from '../billing/sync.ts'
import { runCommand, type Core } from '../core/run-command.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Jobs } from './enqueue.ts'

type Parts = { core: Core; stripe: StripeApi | null; log: Log; metrics: Pick<Metrics, 'billingCorrected'> }

/**
 * Asks Stripe what an account has bought, and makes it that. Where Stripe is away it fails, and is tried again; what only
 * the night asks about waits for the next night, since all accounts together would keep events waiting for hours.
 */
export function syncBilling(parts: Parts) {
  return async ({ accountId, nightly = false }: Jobs['sync-billing']): Promise<void> => {
    // queued while somebody else took the money
    if (!parts.stripe) return
    const synced = sync(parts, parts.stripe, accountId)
    const changed = await (nightly ? synced.catch(untilNextNight) : synced)
    if (nightly && changed) parts.metrics.billingCorrected.inc()
  }
}

/** Answers whether anything was other than it was known. */
async function sync({ core, log }: Parts, stripe: StripeApi, accountId: string): Promise<boolean> {
  const begun = await beginSync(core.sql, accountId)
  if (!begun) return false
  const found = await stripe.subscriptionsOf(begun.customerId)
  const standing = standingOf(found ?? [], stripe.prices)
  for (const oddity of standing.oddities) log.warn({ accountId, oddity }, 'a subscription is not as expected')
  const { result } = await runCommand(core, applySubscription, { accountId, sync: begun.sync, standing })
  return result.changed
}

function untilNextNight(error: unknown): boolean {
  if (!(error instanceof StripeProblem)) throw error
  return false
}
