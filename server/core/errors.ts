import type { ErrorCode, FieldError } from '#shared/protocol/errors.ts'

/** A command or query that will not be done, for a reason that the caller can act on. Nothing has changed. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly errors: FieldError[] | undefined
  readonly retryAfter: number | undefined

  /** `detail` is a sentence for people; `retryAfter` is in seconds. */
  constructor(code: ErrorCode, detail: string, more: { errors?: FieldError[]; retryAfter?: number } = {}) {
    super(detail)
    this.code = code
    this.errors = more.errors
    this.retryAfter = more.retryAfter
  }
}

/** What does not exist and what is not yours are the same answer, to the letter. */
export function notFound(): Refusal {
  return new Refusal('not_found', 'There is nothing here that you can see.')
}

export function badInput(path: string, message: string): Refusal {
  return new Refusal('invalid_input', 'Please correct the marked fields.', { errors: [{ path, message }] })
}
