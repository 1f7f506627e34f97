import { Refusal } from '../core/errors.ts'
import type { Unit } from '../core/run-command.ts'

export const unwanted = {
  code: 'invitation_unwanted',
  detail: 'This person has asked not to be invited by you again.',
} as const

/** From now on this address gets no more invitations of the account. */
export function keepUnwanted({ tx, draft, at }: Unit, accountId: string, email: string): void {
  draft.send(tx`
    insert into unwanted_invitations (account_id, email, at)
    values (${accountId}, ${email}, ${at})
    on conflict (account_id, email) do update set at = excluded.at`)
}

/** Refuses an address that wants no more invitations of the account. */
export async function requireWanted({ tx }: Unit, accountId: string, email: string): Promise<void> {
  const [row] = await tx`
    select from unwanted_invitations where account_id = ${accountId} and email = ${email}`
  if (row) throw new Refusal(unwanted.code, unwanted.detail)
}
