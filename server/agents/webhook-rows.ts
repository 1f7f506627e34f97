import type { DeliveriesQuery, Delivery, Webhook, WebhookSummary } from '#shared/protocol/agents/webhooks.ts'
import type { Tx } from '../core/tenant.ts'
import type { InAgentIds } from './resource-rows.ts'

/** Of the address only where it is: the rest may be a secret. */
const webhookSummaryColumns = (tx: Tx) =>
  tx`id, substring(url from '^https://([^/?#]+)') as host, events, active, problem, created_at`

const webhookColumns = (tx: Tx) => tx`${webhookSummaryColumns(tx)}, url, failing_since`

export const deliveryColumns = (tx: Tx) => tx`
  id, type, payload, test, status, attempts, next_attempt_at, last_attempt_at, answer_status, answer_problem, created_at`

export type InWebhookIds = InAgentIds & { webhookId: string }

export function webhooksIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<WebhookSummary[]>`
    select ${webhookSummaryColumns(tx)}
    from webhooks
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}

/** For whoever may edit the agent. */
export function wholeWebhooksIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<Webhook[]>`
    select ${webhookColumns(tx)}
    from webhooks
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}

/** With the secret, sealed, that signs for it. */
export type WebhookRow = Webhook & { sealedSecret: string }

/** Locked: nobody queues anything for it meanwhile, and nobody else changes it. */
export function lockedWebhook(tx: Tx, { workspaceId, agentId, webhookId }: InWebhookIds) {
  return tx<WebhookRow[]>`
    select ${webhookColumns(tx)}, sealed_secret
    from webhooks
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId}
    for no key update`
}

/** What every member may know of it. */
export function summaryOf({ id, host, events, active, problem, createdAt }: Webhook): WebhookSummary {
  return { id, host, events, active, problem, createdAt }
}

/** The newest first; so many behind the one with the id `cursor`. */
export function pageOfDeliveries(tx: Tx, ids: InWebhookIds, { limit, cursor, status }: DeliveriesQuery) {
  return tx<Delivery[]>`
    select ${deliveryColumns(tx)}
    from webhook_deliveries
    where workspace_id = ${ids.workspaceId} and agent_id = ${ids.agentId} and webhook_id = ${ids.webhookId}
      and (${cursor ?? null}::uuid is null or id < ${cursor ?? null})
      and (${status ?? null}::text is null or status = ${status ?? null})
    order by id desc
    limit ${limit}`
}

export function deliveryWith(tx: Tx, { workspaceId, agentId, webhookId }: InWebhookIds, id: string) {
  return tx<Delivery[]>`
    select ${deliveryColumns(tx)}
    from webhook_deliveries
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and webhook_id = ${webhookId} and id = ${id}`
}
