import type { User } from '#shared/protocol/resources.ts'
import { Refusal } from '../core/errors.ts'
import { timeNow, together, type Tx } from '../core/tenant.ts'

/** A person as they stand once they are locked. */
export type LockedUser = User & { passwordHash: string }
export type AsUser = { user: LockedUser }

/** Opens a command on somebody's own account: what changes who they are happens one after another. */
export async function openUser(tx: Tx, { userId }: { userId: string }): Promise<AsUser & { at: string }> {
  const [[user], [now]] = await together(lockedUser(tx, userId), timeNow(tx))
  if (!user) throw new Refusal('unauthenticated', 'Sign in to continue.')
  return { user, ...now }
}

export function lockedUser(tx: Tx, userId: string) {
  return tx<LockedUser[]>`
    select id, email, name, email_verified_at is not null as email_verified, password_hash
    from users
    where id = ${userId}
    for no key update`
}

/** Re-authentication was by a password that is another one meanwhile. */
export function requireSamePassword({ user }: AsUser, passwordHash: string): void {
  if (user.passwordHash !== passwordHash) throw wrongPassword()
}

/** `field`: where it was given. */
export function wrongPassword(field = 'password'): Refusal {
  return new Refusal('invalid_credentials', 'This is not your password.', {
    errors: [{ path: field, message: 'This is not your password.' }],
  })
}
