import type { User } from '#shared/protocol/resources.ts'
import type { Command } from '../../core/run-command.ts'
import { openUser, type AsUser } from '../open-user.ts'
import { pendingEmailOf, tellUser } from '../tell-user.ts'

/** What somebody is called where they are no member yet; in each workspace they have a display name of its own. */
export const changeName: Command<{ userId: string; name: string }, AsUser, User> = {
  open: openUser,
  async run(unit, { name }) {
    const { tx, draft, user } = unit
    const { passwordHash: _, ...shown } = { ...user, name }
    if (name === user.name) return shown
    const [pending] = await pendingEmailOf(tx, user.id)
    draft.send(tx`update users set name = ${name} where id = ${user.id}`)
    tellUser(unit, shown, pending?.email ?? null)
    return shown
  },
}
