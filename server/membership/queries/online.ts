import type { Tx } from '../../core/tenant.ts'

/** Who has a page open that watches a workspace: here as this node knows, elsewhere as the other nodes have told. */
export type Online = { node: string; here: (workspaceId: string) => ReadonlySet<string> }

/** The users who are online on other nodes. What a node that is gone had told counts no more. */
export function onlineElsewhere(tx: Tx, { node }: Online, workspaceId: string) {
  return tx<{ userId: string }[]>`
    select distinct p.user_id
    ${toldElsewhere(tx, node, workspaceId)}`
}

/** No row, or one of a member by their id, or else of the user: no more is looked at than what was told of one. */
export function isOnlineElsewhere(tx: Tx, { node }: Online, { workspaceId, memberId, userId }: One) {
  return tx<{ userId: string }[]>`
    select p.user_id
    ${toldElsewhere(tx, node, workspaceId)}
      and p.user_id = coalesce(
        (select m.user_id from members m where m.workspace_id = ${workspaceId} and m.id = ${memberId ?? null}), ${userId}
      )
    limit 1`
}

type One = { workspaceId: string; memberId?: string; userId: string }

function toldElsewhere(tx: Tx, node: string, workspaceId: string) {
  return tx`
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

/** One user, with what `isOnlineElsewhere` found. */
export function isOnline(
  { here }: Online,
  { workspaceId, userId }: One,
  elsewhere: readonly { userId: string }[],
): boolean {
  return here(workspaceId).has(userId) || elsewhere.some((one) => one.userId === userId)
}
