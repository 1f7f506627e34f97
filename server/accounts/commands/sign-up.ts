import type { User } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { seatsOf } from '#shared/plans.ts'
import { startStreams } from '../../core/event-log.ts'
import { newId } from '../../core/ids.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { enter, timeNow, together } from '../../core/tenant.ts'
import { askToJoin } from '../../membership/commands/accept-invitation.ts'
import { chooseHandle } from '../../membership/handles.ts'
import { insertWorkspace } from '../../membership/insert-workspace.ts'
import type { SealToken } from '../../secrets/seal.ts'
import { emailTaken } from '../email-taken.ts'
import { emailVerification } from '../email-verification.ts'
import { tellUser } from '../tell-user.ts'
import { openByToken, requireUnexpired, type ByToken } from '../../membership/open-by-token.ts'

type Input = {
  email: string
  passwordHash: string
  name: string
  token?: string | undefined
  seal: SealToken
}
type Opened = { invited: ByToken | null }
export type SignedUp = { user: User; invitation?: 'accepted' | 'waiting' }

/**
 * The user, their account and their default workspace, in one transaction; by an invitation link also the membership
 * that it gives (or the place in the line). The link proved the mailbox, so its address is taken, and is verified.
 */
export const signUp: Command<Input, Opened, SignedUp> = {
  async open(tx, { token }) {
    if (token !== undefined) {
      const opened = await openByToken(tx, { token, userId: null })
      return { invited: opened, at: opened.at }
    }
    const [now] = await timeNow(tx)
    return { invited: null, ...now }
  },
  async run(unit, { email, passwordHash, name, seal }) {
    const { invited, at } = unit
    if (invited) requireUnexpired(invited.invitation, at)
    const user = { id: newId(), email: invited?.invitation.email ?? email, name, emailVerified: invited !== null }
    await insertUser(unit, user, passwordHash)
    tellUser(unit, user, null)
    await insertAccount(unit, user)
    if (!invited) {
      emailVerification(unit, user, seal)
      return { user }
    }
    await enter(unit.tx, { workspace: invited.workspace.id })
    const { outcome } = await askToJoin(unit, invited, user)
    return { user, invitation: outcome }
  },
}

async function insertUser({ tx, at }: Unit, user: User, passwordHash: string): Promise<void> {
  const inserted = await tx`
    insert into users (id, email, name, password_hash, email_verified_at, created_at)
    values (${user.id}, ${user.email}, ${user.name}, ${passwordHash}, ${user.emailVerified ? at : null}, ${at})
    on conflict (email) do nothing
    returning id`
  if (inserted.length === 0) {
    throw emailTaken('Sign in instead.')
  }
}

async function insertAccount(unit: Unit, user: User): Promise<void> {
  const { tx } = unit
  const accountId = newId()
  const seats = seatsOf({ plan: 'free', addonSeats: 0, active: 0, pending: 0 })
  await together(
    enter(tx, { user: user.id, account: accountId }),
    tx`insert into accounts (id, owner_id, seats) values (${accountId}, ${user.id}, ${tx.json(seats)})`,
    enter(tx, { account: '' }),
    ...startStreams(tx, [streamOf('account', accountId), streamOf('user', user.id)]),
  )
  const name = [...`${user.name}’s workspace`].slice(0, 80).join('')
  const handle = await chooseHandle(tx, { name: user.name })
  await insertWorkspace(unit, accountId, user, { name, handle, isDefault: true })
}
