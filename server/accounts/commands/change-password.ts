import type { Command } from '../../core/run-command.ts'
import { endSessions } from '../end-sessions.ts'
import { openUser, requireSamePassword, type AsUser } from '../open-user.ts'
import { tellPasswordChanged } from '../tell-password-changed.ts'

/** `currentHash`: the stored one that the given password belongs to. `sessionId`: that of who asks, which goes on. */
type Input = { userId: string; currentHash: string; passwordHash: string; sessionId: string }

/** Sets another password and ends all other sessions. A link to reset the old one works no more. */
export const changePassword: Command<Input, AsUser, void> = {
  open: openUser,
  async run(unit, { currentHash, passwordHash, sessionId }) {
    const { tx, draft, user } = unit
    requireSamePassword(unit, currentHash)
    draft.send(tx`update users set password_hash = ${passwordHash} where id = ${user.id}`)
    draft.send(tx`delete from account_links where user_id = ${user.id} and kind = 'reset'`)
    await endSessions(unit, user.id, sessionId)
    tellPasswordChanged(unit, user)
  },
}
