import type { Command } from '../../core/run-command.ts'
import { enter, timeNow, together } from '../../core/tenant.ts'
import { settleSeats } from '../seats.ts'

/** Expires what is due in an account, at its moment and by nobody's doing. Nothing due: nothing changes. */
export const expireInvitations: Command<{ accountId: string }, { known: boolean }, void> = {
  async open(tx, { accountId }) {
    const [, locked, [now]] = await together(
      enter(tx, { account: accountId }),
      tx`select id from accounts where id = ${accountId} for no key update`,
      timeNow(tx),
    )
    return { known: locked.length > 0, ...now }
  },
  async run(unit, { accountId }) {
    if (unit.known) await settleSeats(unit, accountId)
  },
}
