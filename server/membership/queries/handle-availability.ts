import { handleSchema, isReserved } from '#shared/handles.ts'
import type { HandleAnswer } from '#shared/protocol/requests.ts'
import { type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { handleFromName, isTaken, nextFree } from '../handles.ts'

/** Whether a workspace can have this handle, and which it could have instead. */
export function handleAvailability(sql: Sql, handle: string): Promise<HandleAnswer> {
  return sql.run((ask) => availability(ask, handle))
}

/** The handle that a name asks for. */
export function handleForName(sql: Sql, name: string): Promise<HandleAnswer> {
  return handleAvailability(sql, handleFromName(name))
}

async function availability(sql: Tx, handle: string): Promise<HandleAnswer> {
  if (!handleSchema.safeParse(handle).success) {
    return { handle, available: false, reason: 'invalid', suggestion: await nextFree(sql, handleFromName(handle)) }
  }
  const reason = isReserved(handle) ? 'reserved' : (await isTaken(sql, handle)) ? 'taken' : undefined
  if (!reason) return { handle, available: true }
  return { handle, available: false, reason, suggestion: await nextFree(sql, handle) }
}
