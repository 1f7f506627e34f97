import type { PageQuery } from '#shared/protocol/page.ts'
import type { AgentsAnswer } from '#shared/protocol/requests.ts'
import type { Agent } from '#shared/protocol/resources.ts'
import { notFound } from '../../core/errors.ts'
import type { WorkspaceInput } from '../../core/opening.ts'
import { pageFrom } from '../../core/page.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { workspaceFor } from '../../membership/queries/roster.ts'
import { agentWith, pageOfAgents } from '../rows.ts'

/** A page of the workspace's agents in the order in which they were made, for a member. */
export async function readAgents(
  sql: Sql,
  { userId, workspaceId }: WorkspaceInput,
  { limit, cursor }: PageQuery,
): Promise<AgentsAnswer> {
  const [[workspace], found] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    pageOfAgents(tx, workspaceId, { limit: limit + 1, cursor }),
  ])
  if (!workspace) throw notFound()
  return pageFrom(found, limit)
}

export async function readAgent(
  sql: Sql,
  { userId, workspaceId, agentId }: WorkspaceInput & { agentId: string },
): Promise<Agent> {
  const [[workspace], [agent]] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    agentWith(tx, workspaceId, agentId),
  ])
  if (!workspace || !agent) throw notFound()
  return agent
}
