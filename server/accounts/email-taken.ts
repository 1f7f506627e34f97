import { Refusal } from '../core/errors.ts'

/** `advice`: what whoever wanted the address can do. */
export function emailTaken(advice = ''): Refusal {
  const message = 'This email already has an account.'
  return new Refusal('email_taken', `${message} ${advice}`.trim(), { errors: [{ path: 'email', message }] })
}
