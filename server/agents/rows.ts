import type { PageQuery } from '#shared/protocol/page.ts'
import type { Agent } from '#shared/protocol/resources.ts'
import type { Tx } from '../core/tenant.ts'

const agentColumns = (tx: Tx) => tx`id, name, language, greeting, help_desk, created_at`

export function agentsIn(tx: Tx, workspaceId: string) {
  return tx<Agent[]>`
    select ${agentColumns(tx)}
    from agents
    where workspace_id = ${workspaceId}
    order by id`
}

/** So many agents behind the one with the id `cursor`. */
export function pageOfAgents(tx: Tx, workspaceId: string, { limit, cursor }: PageQuery) {
  return tx<Agent[]>`
    select ${agentColumns(tx)}
    from agents
    where workspace_id = ${workspaceId} and (${cursor ?? null}::uuid is null or id > ${cursor ?? null})
    order by id
    limit ${limit}`
}

/** The agent, for sending together with other statements. */
export function agentWith(tx: Tx, workspaceId: string, agentId: string) {
  return tx<Agent[]>`
    select ${agentColumns(tx)}
    from agents
    where workspace_id = ${workspaceId} and id = ${agentId}`
}
