import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ErrorCode, Problem } from '#shared/protocol/errors.ts'
import { Refusal } from '../core/errors.ts'
import { databaseFailureOf, levelOf } from '../core/failures.ts'
import type { Env } from './env.ts'

/** The one place that knows statuses. */
const answers: Readonly<Record<ErrorCode, readonly [ContentfulStatusCode, string]>> = {
  invalid_input: [400, 'Something in the request is not right'],
  malformed_json: [400, 'The body is not JSON'],
  unsupported_media_type: [415, 'Unsupported media type'],
  payload_too_large: [413, 'Too large'],
  unauthenticated: [401, 'Not signed in'],
  invalid_credentials: [401, 'Wrong email or password'],
  link_not_found: [404, 'Link not found'],
  forbidden: [403, 'Not allowed'],
  cross_origin: [403, 'Request from another site'],
  wrong_account: [403, 'Another account is needed'],
  unknown_host: [421, 'Unknown host'],
  not_found: [404, 'Not found'],
  invitation_not_found: [404, 'Invitation not found'],
  invitation_expired: [410, 'Invitation expired'],
  invitation_not_pending: [409, 'Invitation not pending'],
  already_invited: [409, 'Already invited'],
  already_member: [409, 'Already a member'],
  invitation_unwanted: [409, 'No more invitations wanted'],
  email_taken: [409, 'Email taken'],
  handle_taken: [409, 'Handle taken'],
  seats_exhausted: [409, 'No seat left'],
  default_workspace: [409, 'The default workspace stays'],
  workspace_has_agents: [409, 'The workspace has agents'],
  limit_reached: [409, 'There are as many as there can be'],
  unreachable: [422, 'It could not be handed on'],
  contact_exists: [409, 'There is such a contact'],
  invalid_api_key: [401, 'No valid API key'],
  insufficient_scope: [403, 'Not allowed with this API key'],
  owner_stays: [409, 'The Owner stays'],
  owns_workspaces: [409, 'Others are in workspaces of this account'],
  waiting_for_seat: [409, 'Waiting for a seat'],
  idempotency_mismatch: [422, 'Idempotency-Key used before'],
  billing_managed_elsewhere: [409, 'Billing is managed elsewhere'],
  subscription_exists: [409, 'There is a subscription'],
  no_subscription: [409, 'Nothing was bought yet'],
  invalid_signature: [400, 'Not signed by the payment provider'],
  method_not_allowed: [405, 'Method not allowed'],
  rate_limited: [429, 'Too many requests'],
  overloaded: [503, 'Busy'],
  unavailable: [503, 'Unavailable'],
  internal: [500, 'Internal error'],
}

export function respondToError(error: Error, c: Context<Env>): Response {
  const refusal = refusalOf(error)
  const [status, title] = answers[refusal.code]
  if (status >= 500) c.get('log')[levelOf(error)]({ err: error, requestId: c.get('requestId') }, 'a request failed')
  const problem: Problem = {
    type: `/api/docs#${refusal.code}`,
    title,
    status,
    detail: refusal.message,
    code: refusal.code,
    ...(refusal.errors && { errors: refusal.errors }),
    requestId: c.get('requestId'),
  }
  c.set('code', refusal.code)
  if (refusal.code === 'invalid_api_key') c.header('WWW-Authenticate', 'Bearer')
  const retryAfter = refusal.retryAfter ?? (status === 503 ? 1 : undefined)
  if (retryAfter !== undefined) c.header('Retry-After', String(Math.max(1, Math.ceil(retryAfter))))
  return c.body(JSON.stringify(problem), status, { 'Content-Type': 'application/problem+json' })
}

const databaseRefusals = {
  away: new Refusal('unavailable', 'This cannot be done right now. Try again in a moment.'),
  busy: new Refusal('overloaded', 'Too much is going on right now. Try again in a moment.'),
  late: new Refusal('unavailable', 'This took too long. If it changed something, it may have been done: look first.'),
}

/** What a failure means to the caller. Nothing of the database's words gets out. */
function refusalOf(error: Error): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof HTTPException) {
    if (error.status === 413) return new Refusal('payload_too_large', 'This is larger than can be sent here.')
    return new Refusal('malformed_json', 'Send a body that is valid JSON.')
  }
  const code = 'code' in error ? String(error.code) : ''
  if (code === '23505') return conflictOf(error)
  if (code === '22021' || code === '22P05')
    return new Refusal('invalid_input', 'Remove characters that cannot be stored.')
  const failure = databaseFailureOf(error)
  return failure
    ? databaseRefusals[failure]
    : new Refusal('internal', 'Something went wrong on our side. Nothing was changed.')
}

/** Races that a constraint settled: whoever came second is told so. */
function conflictOf(error: Error): Refusal {
  const constraint = 'constraint_name' in error ? String(error.constraint_name) : ''
  if (constraint === 'workspaces_handle_key')
    return new Refusal('handle_taken', 'This handle is taken. Choose another one.')
  if (constraint === 'users_email_key')
    return new Refusal('email_taken', 'This email already has an account. Sign in instead.')
  if (constraint === 'one_open_invitation')
    return new Refusal('already_invited', 'This address already has an open invitation.')
  if (constraint === 'members_workspace_id_user_id_key')
    return new Refusal('already_member', 'This person is already a member.')
  if (constraint === 'contacts_by_email') return contactExists('email', 'Another contact has this email address.')
  if (constraint === 'contacts_by_external_id') return contactExists('externalId', 'Another contact has this id.')
  return new Refusal('internal', 'Something went wrong on our side. Nothing was changed.')
}

function contactExists(path: string, message: string): Refusal {
  return new Refusal('contact_exists', message, { errors: [{ path, message }] })
}
