/**
 * Why a model gave no answer. `unreachable`: no connection. `silent`: nothing came. `stalled`: nothing more came. `late`:
 * the answer took too long as a whole. `rate_limited`, `refused`, `failing`: it answered 429, 4xx or 3xx, 5xx. `broken`: the
 * stream ended or could not be understood. `unfinished`: the model ended for a reason of its own, as a filter's.
 * `resting`: it was not asked, since it failed just before. `ending`: the node ends.
 */
export type Reason =
  | ('unreachable' | 'silent' | 'stalled' | 'late' | 'rate_limited' | 'refused' | 'failing' | 'broken')
  | ('unfinished' | 'too_long' | 'empty' | 'resting' | 'ending')

/** A model that gave no answer. What it said of it may be the visitor's words, so nothing of that is kept. */
export class ModelProblem extends Error {
  readonly reason: Reason
  /** Of the answer, or of the connection's error. */
  readonly detail: string | number | undefined

  constructor(reason: Reason, detail?: string | number) {
    super(`The model gave no answer: ${reason}`)
    this.reason = reason
    this.detail = detail
  }
}
