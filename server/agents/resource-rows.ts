import type { ResourceSummary } from '#shared/protocol/agents/knowledge.ts'
import type { Tx } from '../core/tenant.ts'

export type InAgentIds = { workspaceId: string; agentId: string }

export const resourceColumns = (tx: Tx) =>
  tx`id, kind, title, url, language, status, problem, fetched_at, created_at, updated_at`

export function resourcesIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<ResourceSummary[]>`
    select ${resourceColumns(tx)}
    from resources
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}
