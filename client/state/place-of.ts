import type { JoinedWorkspace } from '#shared/state/snapshots.ts'

type Asked = { handle: string; workspaces: JoinedWorkspace[]; open: { id: string; name: string } | null }

/**
 * What a workspace's URL means right now. The list changes under an open page: a workspace that was open may have been
 * given another handle, or be gone; a handle that is nobody's in the list may be a former one, so the server is asked.
 */
export type Placed =
  | { is: 'here'; workspace: JoinedWorkspace }
  | { is: 'moved'; workspace: JoinedWorkspace }
  | { is: 'gone' }
  | { is: 'unknown' }

export function placeOf({ handle, workspaces, open }: Asked): Placed {
  const here = workspaces.find((workspace) => workspace.handle === handle)
  if (here) return { is: 'here', workspace: here }
  if (!open) return { is: 'unknown' }
  const moved = workspaces.find(({ id }) => id === open.id)
  return moved ? { is: 'moved', workspace: moved } : { is: 'gone' }
}
