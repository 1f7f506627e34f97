import { z } from 'zod'

/** Every code that an HTTP error can carry. Clients decide by the code; `detail` is for people. */
export const errorCodes = [
  'invalid_input',
  'malformed_json',
  'unsupported_media_type',
  'payload_too_large',
  'unauthenticated',
  'invalid_credentials',
  'link_not_found',
  'forbidden',
  'cross_origin',
  'wrong_account',
  'unknown_host',
  'not_found',
  'invitation_not_found',
  'invitation_expired',
  'invitation_not_pending',
  'already_invited',
  'already_member',
  'invitation_unwanted',
  'email_taken',
  'handle_taken',
  'seats_exhausted',
  'default_workspace',
  'workspace_has_agents',
  'limit_reached',
  'unreachable',
  'contact_exists',
  'invalid_api_key',
  'insufficient_scope',
  'owner_stays',
  'owns_workspaces',
  'waiting_for_seat',
  'idempotency_mismatch',
  'billing_managed_elsewhere',
  'subscription_exists',
  'no_subscription',
  'invalid_signature',
  'method_not_allowed',
  'rate_limited',
  'overloaded',
  'unavailable',
  'internal',
] as const
export const errorCodeSchema = z.enum(errorCodes)
export type ErrorCode = z.infer<typeof errorCodeSchema>

export const fieldErrorSchema = z.strictObject({ path: z.string(), message: z.string() })
export type FieldError = z.infer<typeof fieldErrorSchema>

/** RFC 9457, with media type `application/problem+json`. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: errorCodeSchema,
    errors: z.array(fieldErrorSchema).optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof problemSchema>
