import type { ApiKey } from '#shared/protocol/agents/api-keys.ts'
import type { Tx } from '../core/tenant.ts'
import type { InAgentIds } from './resource-rows.ts'

export const apiKeyColumns = (tx: Tx) => tx`id, name, prefix, scopes, created_at, expires_at`

export function apiKeysIn(tx: Tx, { workspaceId, agentId }: InAgentIds) {
  return tx<ApiKey[]>`
    select ${apiKeyColumns(tx)}
    from api_keys
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
    order by id`
}
