import type { Tx } from '../core/tenant.ts'

/** What a job is given. Secrets in it are sealed (`mail/seal.ts`): a queued job stands in the database. */
export type Jobs = {
  'send-email': { to: string; template: 'invitation'; data: InvitationMail }
  'expire-invitations': { accountId: string }
}

export type InvitationMail = {
  workspaceName: string
  inviterName: string
  role: string
  sealedToken: string
  expiresAt: string
}

/** Enqueues within the command's own transaction (C4). By its `key` a job can be withdrawn. */
export function enqueue<T extends keyof Jobs>(
  tx: Tx,
  task: T,
  payload: Jobs[T],
  when: { at?: string; key?: string } = {},
) {
  return tx`select enqueue_job(${task}, ${tx.json(payload as never)}::json, ${when.at ?? null}, ${when.key ?? null})`
}

export function withdraw(tx: Tx, key: string) {
  return tx`select withdraw_job(${key})`
}
