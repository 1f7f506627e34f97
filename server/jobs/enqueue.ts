import type { Tx } from '../core/tenant.ts'

/** What a job is given. Secrets in it are sealed (`secrets/seal.ts`): a queued job stands in the database. */
export type Jobs = {
  'send-email': { to: string } & EmailByTemplate
  /** For whoever has this address, if anybody has. */
  'send-reset-link': { email: string }
  'expire-invitations': { accountId: string }
  'deliver-webhook': { workspaceId: string; agentId: string; webhookId: string }
  /** `attempt`: 1 for the first. */
  'tell-integration': {
    workspaceId: string
    agentId: string
    integrationId: string
    conversationId: string
    attempt: number
  }
  /** `place`: of the message in its conversation that is to be answered. */
  'answer-visitor': { workspaceId: string; agentId: string; conversationId: string; place: number }
  /** `nightly`: nobody told that something had changed. */
  'sync-billing': { accountId: string; nightly?: boolean }
  'reconcile-billing': Record<string, never>
  'end-billing': { customerId: string }
  /** `takeLanguage`: nobody said which, so the page may. `attempt`: 1 for the first. */
  'fetch-resource': { workspaceId: string; agentId: string; resourceId: string; takeLanguage: boolean; attempt: number }
}

export type EmailByTemplate =
  | { template: 'invitation'; data: InvitationMail }
  | { template: 'webhook-disabled'; data: WebhookDisabledMail }
  | { template: 'reset-password' | 'verify-email' | 'confirm-email'; data: LinkMail }
  | { template: 'email-change-asked' | 'email-changed'; data: NoticeMail & { email: string } }
  | { template: 'password-changed' | 'account-deleted'; data: NoticeMail }
  | { template: 'payment-failed'; data: NoticeMail & { graceUntil: string } }

export type LinkMail = { name: string; sealedToken: string }
/** `id`: of this email, for whoever gets it twice. */
export type NoticeMail = { id: string; name: string }

export type InvitationMail = {
  workspaceName: string
  inviterName: string
  role: string
  sealedToken: string
  expiresAt: string
}

export type WebhookDisabledMail = {
  /** Of this email, for whoever gets it twice. */
  id: string
  workspaceName: string
  workspaceHandle: string
  agentId: string
  agentName: string
  webhookId: string
  host: string
  problem: string
}

type Job = { [T in keyof Jobs]: { task: T; payload: Jobs[T]; at?: string; key?: string } }[keyof Jobs]

/** Enqueues within the command's own transaction (C4). By its `key` a job can be withdrawn. */
export function enqueue(tx: Tx, ...jobs: Job[]) {
  return tx`
    select enqueue_job(task, payload, at, key)
    from jsonb_to_recordset(${tx.json(jobs as never)}) as job (task text, payload json, at timestamptz, key text)`
}

export function withdraw(tx: Tx, ...keys: string[]) {
  return tx`select withdraw_job(key) from unnest(${keys}::text[]) as key`
}
