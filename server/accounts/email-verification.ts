import type { Unit } from '../core/run-command.ts'
import { enqueue } from '../jobs/enqueue.ts'
import type { SealToken } from '../secrets/seal.ts'
import { makeLink } from './links.ts'

/** Emails a link that proves that the person's address is theirs. */
export function emailVerification(
  { tx, draft, at }: Unit,
  { id: userId, email, name }: { id: string; email: string; name: string },
  seal: SealToken,
): void {
  const { token, stored } = makeLink(tx, { userId, kind: 'verify', email, at })
  draft.send(stored)
  const data = { name, sealedToken: seal(token) }
  draft.send(enqueue(tx, { task: 'send-email', payload: { to: email, template: 'verify-email', data } }))
}
