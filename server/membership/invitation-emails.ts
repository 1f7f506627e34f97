import { enqueue, withdraw } from '../jobs/enqueue.ts'
import type { Unit } from '../core/run-command.ts'
import type { Tx } from '../core/tenant.ts'
import { expiryKey } from './join-workspace.ts'

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
export function enqueueInvitations(tx: Tx, sent: Sent[]) {
  return enqueue(tx, ...sent.flatMap(jobsOf))
}

/** The same for an invitation that was sent before. */
export function reEnqueueInvitation({ tx, draft }: Unit, sent: Sent): void {
  // Withdrawn first: a job that a worker takes just now would be replaced in its hands, and go when the worker is done.
  draft.send(withdraw(tx, emailKey(sent.invitationId), expiryKey(sent.invitationId)))
  draft.send(enqueueInvitations(tx, [sent]))
}

function jobsOf({ invitationId, accountId, email, ...data }: Sent) {
  const mail = { to: email, template: 'invitation', data } as const
  return [
    { task: 'send-email', payload: mail, key: emailKey(invitationId) } as const,
    { task: 'expire-invitations', payload: { accountId }, at: data.expiresAt, key: expiryKey(invitationId) } as const,
  ]
}

function emailKey(invitationId: string): string {
  return `invitation-email:${invitationId}`
}
