import type { KeyInput } from '../core/opening.ts'
import { writeWithin } from '../core/tenant.ts'
import type { Sql } from '../db/sql.ts'

/** Keeps when an API key was last used, to the minute: however many nodes try, one a minute does. No event tells of it. */
export async function keepLastUse(sql: Sql, { workspaceId, agentId, apiKeyId }: KeyInput): Promise<void> {
  await writeWithin(sql, { workspace: workspaceId, agent: agentId }, (tx) => [
    tx`
      update api_keys
      set last_used_at = date_trunc('milliseconds', clock_timestamp())
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${apiKeyId}
        and (last_used_at is null or last_used_at <= clock_timestamp() - interval '1 minute')`,
  ])
}
