import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import type { ResourceIds } from '../resource-rows.ts'

/** Where the page is that a resource waits for; null where it is gone, or waits no more. */
export async function readPageToRead(sql: Sql, { workspaceId, agentId, resourceId }: ResourceIds) {
  const [[found]] = await readWithin(sql, { workspace: workspaceId, agent: agentId }, (tx) => [
    tx<{ url: string }[]>`
      select url
      from resources
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${resourceId} and status = 'fetching'`,
  ])
  return found?.url ?? null
}
