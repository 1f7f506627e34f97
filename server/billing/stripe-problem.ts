import { Refusal } from '../core/errors.ts'

/**
 * Why Stripe did not do it. `unreachable`: no connection, or a broken one. `late`: no whole answer in time.
 * `rate_limited`, `refused`, `failing`: it answered 429, another 4xx, 5xx or nonsense.
 */
export type Reason = 'unreachable' | 'late' | 'rate_limited' | 'refused' | 'failing'

/** Stripe's own words may be about the customer, so nothing of them is kept but codes. `requestId` is for its support. */
export class StripeProblem extends Refusal {
  readonly reason: Reason
  readonly detail: { status: number | undefined; code: string | undefined; requestId: string | undefined }

  constructor(reason: Reason, detail: StripeProblem['detail']) {
    super('unavailable', 'The payment page cannot be opened right now. Try again in a moment.')
    this.reason = reason
    this.detail = detail
  }
}
