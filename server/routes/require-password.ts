import type { Context } from 'hono'
import { findPasswordHash } from '../accounts/queries/credentials.ts'
import { wrongPassword } from '../accounts/open-user.ts'
import { isPassword } from '../auth/passwords.ts'
import type { Env, Services } from './env.ts'
import { requireSession } from './router.ts'

/**
 * Re-authentication of whoever is signed in: throws `invalid_credentials` where this is not their password, and counts it
 * as a guess. Answers the hash that is stored of it.
 */
export async function requirePassword(
  c: Context<Env>,
  { core, limits }: Services,
  password: string,
  field = 'password',
): Promise<string> {
  const { user } = requireSession(c)
  const guess = `${user.email} ${c.get('address')}`
  await limits.require('wrongPasswordByAccount', guess)
  const stored = await findPasswordHash(core.sql, user.id)
  const right = await isPassword(stored, password)
  // once more: guesses that were sent all at once came in before the first of them was counted
  await limits.require('wrongPasswordByAccount', guess)
  if (right && stored !== null) return stored
  await limits.spend('wrongPasswordByAccount', guess)
  throw wrongPassword(field)
}
