import type { User } from '#shared/protocol/resources.ts'
import type { Unit } from '../core/run-command.ts'
import type { Tx } from '../core/tenant.ts'

/** The address that somebody has asked to change to, whether its link still works or not. */
export function pendingEmailOf(tx: Tx, userId: string) {
  return tx<{ email: string }[]>`
    select email from account_links
    where user_id = ${userId} and kind = 'change_email'`
}

/** Tells the person's pages who they are now. */
export function tellUser({ draft }: Unit, { id, email, name, emailVerified }: User, pendingEmail: string | null): void {
  draft.append('user', id, 'user.updated', { user: { id, email, name, emailVerified }, pendingEmail })
}
