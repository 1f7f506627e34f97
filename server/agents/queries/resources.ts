import type { Resource, ResourceSummary } from '#shared/protocol/agents/knowledge.ts'
import type { PageOf, PageQuery } from '#shared/protocol/page.ts'
import { notFound } from '../../core/errors.ts'
import type { AgentCaller } from '../../core/opening.ts'
import { pageFrom } from '../../core/page.ts'
import type { Sql } from '../../db/sql.ts'
import { pageOfResources, resourceWith } from '../resource-rows.ts'
import { readInAgent } from './read-in-agent.ts'

export const toRead = { action: 'workspace.view', scope: 'knowledge:read' } as const

/** A page of the agent's resources in the order in which they were made. */
export async function readResources(
  sql: Sql,
  caller: AgentCaller,
  { limit, cursor }: PageQuery,
): Promise<PageOf<ResourceSummary>> {
  const [found] = await readInAgent(sql, caller, toRead, (tx) => [
    pageOfResources(tx, caller, { limit: limit + 1, cursor }),
  ])
  return pageFrom(found, limit)
}

export async function readResource(sql: Sql, caller: AgentCaller & { resourceId: string }): Promise<Resource> {
  const [[resource]] = await readInAgent(sql, caller, toRead, (tx) => [resourceWith(tx, caller)])
  if (!resource) throw notFound()
  return resource
}
