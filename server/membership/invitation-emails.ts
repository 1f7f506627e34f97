import { enqueue } from '../jobs/enqueue.ts'
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
  await together(
    enqueue(tx, 'send-email', { to: email, template: 'invitation', data }, { key: `invitation-email:${invitationId}` }),
    enqueue(tx, 'expire-invitations', { accountId }, { at: sent.expiresAt, key: expiryKey(invitationId) }),
  )
}
