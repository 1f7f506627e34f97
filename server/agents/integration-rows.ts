import type { Integration } from '#shared/protocol/agents/integrations.ts'
import type { Tx } from '../core/tenant.ts'
import type { InAgentIds } from './resource-rows.ts'

const integrationColumns = (tx: Tx) => tx`id, kind, name, hint, active, problem, created_at`

export type InIntegrationIds = InAgentIds & { integrationId: string }
export type SealedIntegration = Integration & { sealedTarget: string }

export function integrationsIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<Integration[]>`
    select ${integrationColumns(tx)}
    from integrations
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}

/** With where it goes. `lock`: nobody else changes it meanwhile. */
export function integrationWith(tx: Tx, ids: InIntegrationIds, { lock }: { lock: boolean }) {
  return tx<SealedIntegration[]>`
    select ${integrationColumns(tx)}, sealed_target
    from integrations
    where workspace_id = ${ids.workspaceId} and agent_id = ${ids.agentId} and id = ${ids.integrationId}
    ${lock ? tx`for no key update` : tx``}`
}

/** What every member may know of it. */
export function withoutTarget({ sealedTarget: _, ...integration }: SealedIntegration): Integration {
  return integration
}
