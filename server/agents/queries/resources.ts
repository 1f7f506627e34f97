import type { Resource, ResourceSummary } from '#shared/protocol/agents/knowledge.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { notFound } from '../../core/errors.ts'
import type { AgentCaller } from '../../core/opening.ts'
import type { Sql } from '../../db/connect.ts'
import { pageOfResources, resourceWith } from '../resource-rows.ts'
import type { Page } from '../rows.ts'
import { readInAgent } from './read-in-agent.ts'

export const toRead = { action: 'workspace.view', scope: 'knowledge:read' } as const

/** A page of the agent's resources in the order in which they were made. */
export async function readResources(
  sql: Sql,
  caller: AgentCaller,
  { limit, cursor }: Page,
): Promise<PageOf<ResourceSummary>> {
  const [found] = await readInAgent(sql, caller, toRead, (tx) => [
    pageOfResources(tx, caller, { limit: limit + 1, cursor }),
  ])
  const items = found.slice(0, limit)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}

export async function readResource(sql: Sql, caller: AgentCaller & { resourceId: string }): Promise<Resource> {
  const [[resource]] = await readInAgent(sql, caller, toRead, (tx) => [resourceWith(tx, caller)])
  if (!resource) throw notFound()
  return resource
}
