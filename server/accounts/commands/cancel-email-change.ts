import type { Command } from '../../core/run-command.ts'
import { openUser, type AsUser } from '../open-user.ts'
import { tellUser } from '../tell-user.ts'

/** The address stays as it is: the link that went to the other one works no more. */
export const cancelEmailChange: Command<{ userId: string }, AsUser, void> = {
  open: openUser,
  async run(unit) {
    const { tx, user } = unit
    const dropped = await tx`
      delete from account_links where user_id = ${user.id} and kind = 'change_email' returning user_id`
    if (dropped.length > 0) tellUser(unit, user, null)
  },
}
