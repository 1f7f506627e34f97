import type { Resource } from '#shared/protocol/agents/knowledge.ts'
import { openByJob } from '../core/open-by-job.ts'
import type { Tx } from '../core/tenant.ts'
import { resourceWith, type ResourceIds } from './resource-rows.ts'

export type Fetching = { found: Resource | undefined }

/**
 * Opens what the job that reads a page does. `found` is the resource, held, while it waits for its page; it may have been
 * deleted, or have been read by a job that was begun twice.
 */
export async function openFetch(tx: Tx, input: ResourceIds): Promise<Fetching & { at: string }> {
  const { found, at } = await openByJob(tx, input, resourceWith(tx, input, true))
  const [[resource]] = found
  return { at, found: resource?.status === 'fetching' ? resource : undefined }
}
