import { Refusal } from '../core/errors.ts'
import type { Tx } from '../core/tenant.ts'
import { hashOf, newToken } from '../secrets/tokens.ts'

/** What a link that was emailed to somebody is for. */
export type LinkKind = 'reset' | 'verify' | 'change_email'
export type Link = { userId: string; kind: LinkKind; email: string; expiresAt: string }

const lifetimes: Readonly<Record<LinkKind, string>> = { reset: '30 minutes', verify: '7 days', change_email: '1 day' }

/** Stores a new link, in place of the person's earlier one of the same kind. Answers its secret. */
export function makeLink(
  tx: Tx,
  { userId, kind, email, at }: { userId: string; kind: LinkKind; email: string; at: string },
) {
  const { token, hash } = newToken()
  const stored = tx`
    insert into account_links (user_id, kind, token_hash, email, expires_at)
    values (${userId}, ${kind}, ${hash}, ${email}, ${at}::timestamptz + ${lifetimes[kind]}::interval)
    on conflict (user_id, kind) do update
      set token_hash = excluded.token_hash, email = excluded.email, expires_at = excluded.expires_at`
  return { token, stored }
}

/** The link of this secret while it works, read for a command that has its person locked, or before. */
export function workingLink(tx: Tx, token: string, kinds: readonly LinkKind[]) {
  return tx<Link[]>`
    select user_id, kind, email, expires_at
    from account_links
    where token_hash = ${hashOf(token)} and kind = any(${[...kinds]}) and expires_at > clock_timestamp()`
}

/** Unknown, used, replaced and expired links are all alike. */
export function linkNotFound(): Refusal {
  return new Refusal('link_not_found', 'This link does not work (any more). Ask for a new one.')
}
