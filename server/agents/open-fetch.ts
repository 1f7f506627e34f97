import type { Resource } from '#shared/protocol/agents/knowledge.ts'
import { enter, together, type Tx } from '../core/tenant.ts'
import { resourceWith, type ResourceIds } from './resource-rows.ts'

export type Fetching = { found: Resource | undefined }

/**
 * Opens what the job that reads a page does: nobody acts. `found` is the resource, held, while it waits for its page; it may
 * have been deleted, or have been read by a job that was begun twice.
 */
export async function openFetch(tx: Tx, input: ResourceIds): Promise<Fetching & { at: string }> {
  const { workspaceId, agentId } = input
  const [, , [resource], [clock]] = await together(
    enter(tx, { workspace: workspaceId, agent: agentId }),
    tx`select id from agents where workspace_id = ${workspaceId} and id = ${agentId} for key share`,
    resourceWith(tx, input, true),
    tx<{ at: string }[]>`select date_trunc('milliseconds', clock_timestamp()) as at`,
  )
  return { at: clock?.at ?? '', found: resource?.status === 'fetching' ? resource : undefined }
}
