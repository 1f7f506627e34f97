import type { FormerMember } from '#shared/protocol/agents/conversations.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

/** What those of `memberIds` who are members no more were called last; of whoever is a member there is nothing. */
export async function readFormerMembers(
  sql: Sql,
  workspaceId: string,
  memberIds: readonly (string | null)[],
): Promise<FormerMember[]> {
  const ids = [...new Set(memberIds)].filter((id) => id !== null)
  if (ids.length === 0) return []
  const [former] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    tx<FormerMember[]>`
      select id as member_id, display_name as name
      from former_members
      where workspace_id = ${workspaceId} and id = any(${ids})
      order by id`,
  ])
  return [...former]
}
