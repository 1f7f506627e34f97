import type { Integration } from '#shared/protocol/agents/integrations.ts'
import type { Tx } from '../core/tenant.ts'
import type { InAgentIds } from './resource-rows.ts'

export const integrationColumns = (tx: Tx) => tx`id, kind, name, hint, active, problem, created_at`

export function integrationsIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<Integration[]>`
    select ${integrationColumns(tx)}
    from integrations
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}
