import { enqueue, withdraw } from '../jobs/enqueue.ts'
import type { Unit } from '../core/run-command.ts'
import { together } from '../core/tenant.ts'
import { expiryKey } from './join-workspace.ts'

/** Seals a token for its way through the queue; given by the composition (`mail/seal.ts`). */
export type SealToken = (token: string) => string

export type Sent = {
  invitationId: string
  accountId: string
  workspaceName: string
  inviterName: string
  email: string
  role: string
  sealedToken: string
  expiresAt: string
}

/** What follows every sending of an invitation: the email, and the job that expires it at its moment. */
export async function enqueueInvitation({ tx }: Unit, sent: Sent): Promise<void> {
  const { invitationId, accountId, email, ...data } = sent
  const emailKey = `invitation-email:${invitationId}`
  // Withdrawn first: a job that a worker takes just now would be replaced in its hands, and go when the worker is done.
  await together(
    withdraw(tx, emailKey),
    enqueue(tx, 'send-email', { to: email, template: 'invitation', data }, { key: emailKey }),
    withdraw(tx, expiryKey(invitationId)),
    enqueue(tx, 'expire-invitations', { accountId }, { at: sent.expiresAt, key: expiryKey(invitationId) }),
  )
}
