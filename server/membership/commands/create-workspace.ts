import type { Workspace } from '#shared/protocol/resources.ts'
import { Refusal } from '../../core/errors.ts'
import type { Command } from '../../core/run-command.ts'
import { enter, together } from '../../core/tenant.ts'
import { chooseHandle } from '../handles.ts'
import { insertWorkspace } from '../insert-workspace.ts'

type Input = { userId: string; name: string; handle?: string | undefined }
type Opened = { accountId: string; owner: { id: string; name: string; email: string } }

/** The creator owns it. Without a handle it gets one from its name. */
export const createWorkspace: Command<Input, Opened, Workspace> = {
  async open(tx, { userId }) {
    const [, [account], [user]] = await together(
      enter(tx, { user: userId }),
      tx<{ id: string }[]>`select id from accounts where owner_id = ${userId} for no key update`,
      tx<{ id: string; name: string; email: string; at: string }[]>`
        select id, name, email, date_trunc('milliseconds', clock_timestamp()) as at from users where id = ${userId}`,
    )
    if (!account || !user) throw new Refusal('unauthenticated', 'Sign in to continue.')
    const { at, ...owner } = user
    return { accountId: account.id, owner, at }
  },
  async run(unit, { name, handle }) {
    const chosen = await chooseHandle(unit.tx, handle === undefined ? { name } : { handle })
    return insertWorkspace(unit, unit.accountId, unit.owner, { name, handle: chosen, isDefault: false })
  },
}
