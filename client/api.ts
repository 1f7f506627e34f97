import { http } from './http.ts'
import { createApi } from './sdk/api.ts'
import { ApiError } from './sdk/http.ts'

/** Every call outside of an agent that the pages make; those inside one are in `agent-api.ts`. */
export const api = createApi(http)

/** Whether an invitation's link stopped working: used, replaced, withdrawn or expired. */
export function isDeadLink(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'invitation_not_found' || error.code === 'invitation_expired')
}
