import type { Plan } from '#shared/plans.ts'
import { Refusal } from '../../core/errors.ts'
import type { Command } from '../../core/run-command.ts'
import { enter, timeNow, together } from '../../core/tenant.ts'
import { settleSeats } from '../../membership/seats.ts'

/** One's own account: only its owner has it. */
type Input = { userId: string; plan?: Plan; addonSeats?: number }

/** Sets the plan or the add-on seats. A lower limit removes nobody; a higher one lets in whoever is next in the line. */
export const changeBilling: Command<Input, { accountId: string }, void> = {
  async open(tx, { userId }) {
    const [, [account], [now]] = await together(
      enter(tx, { user: userId }),
      tx<{ id: string }[]>`select id from accounts where owner_id = ${userId} for no key update`,
      timeNow(tx),
    )
    if (!account) throw new Refusal('unauthenticated', 'Sign in to continue.')
    return { accountId: account.id, ...now }
  },
  async run(unit, { plan, addonSeats }) {
    await unit.tx`
      update accounts
      set plan = coalesce(${plan ?? null}, plan), addon_seats = coalesce(${addonSeats ?? null}, addon_seats)
      where id = ${unit.accountId}`
    await settleSeats(unit, unit.accountId)
  },
}
