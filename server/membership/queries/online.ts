import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

/** Who has a page open that watches a workspace: here as this node knows, elsewhere as the other nodes have told. */
export type Online = { node: string; here: (workspaceId: string) => ReadonlySet<string> }

/** The users who are online on other nodes. What a node that is gone had told counts no more. */
export function onlineElsewhere(tx: Tx, { node }: Online, workspaceId: string) {
  return tx<{ userId: string }[]>`
    select distinct p.user_id
    from presence p join nodes n on n.id = p.node_id
    where p.workspace_id = ${workspaceId} and p.node_id <> ${node}
      and n.seen_at > clock_timestamp() - presence_patience()`
}

/** All of them, each once, however many pages they have open. */
export function everybodyOnline(
  { here }: Online,
  workspaceId: string,
  elsewhere: readonly { userId: string }[],
): ReadonlySet<string> {
  return new Set([...here(workspaceId), ...elsewhere.map(({ userId }) => userId)])
}

/** Whether one user is online, for an answer to a write. */
export async function readOnline(sql: Sql, online: Online, workspaceId: string, userId: string): Promise<boolean> {
  if (online.here(workspaceId).has(userId)) return true
  const [elsewhere] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    onlineElsewhere(tx, online, workspaceId),
  ])
  return everybodyOnline(online, workspaceId, elsewhere).has(userId)
}
