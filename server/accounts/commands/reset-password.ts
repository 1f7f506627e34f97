import type { Command } from '../../core/run-command.ts'
import { timeNow, together } from '../../core/tenant.ts'
import { endSessions } from '../end-sessions.ts'
import { linkNotFound, workingLink } from '../links.ts'
import { lockedUser, type AsUser } from '../open-user.ts'
import { tellPasswordChanged } from '../tell-password-changed.ts'
import { tellUser } from '../tell-user.ts'

type Input = { token: string; passwordHash: string }

/**
 * Sets a new password by an emailed link. It proved the mailbox, and whoever had the account in their hands may have been
 * somebody else: all sessions end, and every other link with them, a change of address that was under way among them.
 */
export const resetPassword: Command<Input, AsUser, void> = {
  async open(tx, { token }) {
    const [before] = await workingLink(tx, token, ['reset'])
    if (!before) throw linkNotFound()
    // once more behind the person's lock: it may have been used or replaced meanwhile
    const [[user], [link], [now]] = await together(
      lockedUser(tx, before.userId),
      workingLink(tx, token, ['reset']),
      timeNow(tx),
    )
    if (!user || link?.email !== user.email) throw linkNotFound()
    return { user, ...now }
  },
  async run(unit, { passwordHash }) {
    const { tx, draft, user, at } = unit
    draft.send(tx`
      update users
      set password_hash = ${passwordHash}, email_verified_at = coalesce(email_verified_at, ${at})
      where id = ${user.id}`)
    draft.send(tx`delete from account_links where user_id = ${user.id}`)
    await endSessions(unit, user.id)
    tellUser(unit, { ...user, emailVerified: true }, null)
    tellPasswordChanged(unit, user)
  },
}
