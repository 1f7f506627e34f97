import type { WebhookSummary } from '#shared/protocol/agents/webhooks.ts'
import type { Tx } from '../core/tenant.ts'
import type { InAgentIds } from './resource-rows.ts'

/** Of the address only where it is: the rest may be a secret. */
export const webhookSummaryColumns = (tx: Tx) =>
  tx`id, substring(url from '^https://([^/?#]+)') as host, events, active, problem, created_at`

export function webhooksIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<WebhookSummary[]>`
    select ${webhookSummaryColumns(tx)}
    from webhooks
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}
