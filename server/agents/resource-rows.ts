import type { PageQuery } from '#shared/protocol/page.ts'
import type { Resource, ResourceSummary } from '#shared/protocol/agents/knowledge.ts'
import type { Tx } from '../core/tenant.ts'

export type InAgentIds = { workspaceId: string; agentId: string }
export type ResourceIds = InAgentIds & { resourceId: string }

export const resourceColumns = (tx: Tx) =>
  tx`id, kind, title, url, language, status, problem, fetched_at, created_at, updated_at`

export function resourcesIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<ResourceSummary[]>`
    select ${resourceColumns(tx)}
    from resources
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}

/** So many resources behind the one with the id `cursor`. */
export function pageOfResources(tx: Tx, { workspaceId, agentId }: InAgentIds, { limit, cursor }: PageQuery) {
  return tx<ResourceSummary[]>`
    select ${resourceColumns(tx)}
    from resources
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
      and (${cursor ?? null}::uuid is null or id > ${cursor ?? null})
    order by id
    limit ${limit}`
}

/** The resource, for sending together with other statements; `hold` locks it against everybody else who does. */
export function resourceWith(tx: Tx, { workspaceId, agentId, resourceId }: ResourceIds, hold = false) {
  return tx<Resource[]>`
    select ${resourceColumns(tx)}, content
    from resources
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${resourceId}
    ${hold ? tx`for no key update` : tx``}`
}

export function summaryOf({ content: _, ...summary }: Resource): ResourceSummary {
  return summary
}
