import { may, type Action } from '#shared/policy.ts'
import type { Role } from '#shared/roles.ts'
import { notFound, Refusal } from './errors.ts'
import { enter, together, type Tx } from './tenant.ts'

/** The member who acts, as they stood once the locks were granted. */
export type ActingMember = { id: string; userId: string; role: Role; displayName: string }

export type LockedWorkspace = {
  id: string
  accountId: string
  name: string
  handle: string
  isDefault: boolean
  createdAt: string
}

export type InWorkspace = { workspace: LockedWorkspace; actor: ActingMember }

export type WorkspaceInput = { userId: string; workspaceId: string }

/**
 * Opens a command that can move seats: locks the account, then the workspace, then reads the actor. One round trip.
 * Somebody who is no member is answered as if there were no such workspace.
 */
export async function openWithSeats(tx: Tx, input: WorkspaceInput): Promise<InWorkspace & { at: string }> {
  const [, , [workspace], [actor]] = await together(
    enter(tx, { workspace: input.workspaceId }),
    tx`
      select id from accounts
      where id = (select account_id from workspaces where id = ${input.workspaceId})
      for no key update`,
    ...lockedReads(tx, input),
  )
  return requireBoth(workspace, actor)
}

/** Opens a command that cannot move a seat: locks the workspace alone. */
export async function openWorkspace(tx: Tx, input: WorkspaceInput): Promise<InWorkspace & { at: string }> {
  const [, [workspace], [actor]] = await together(
    enter(tx, { workspace: input.workspaceId }),
    ...lockedReads(tx, input),
  )
  return requireBoth(workspace, actor)
}

/** Opens with one more read, sent behind the locks in the same round trip: `found` is as they keep it. */
export async function openWith<Opened extends object, Found>(
  opening: Promise<Opened>,
  read: PromiseLike<Found>,
): Promise<Opened & { found: Found }> {
  const [opened, found] = await together(opening, read)
  return { ...opened, found }
}

type Clocked = ActingMember & { at: string }

function lockedReads(tx: Tx, { userId, workspaceId }: WorkspaceInput) {
  return [
    tx<LockedWorkspace[]>`
      select id, account_id, name, handle, is_default, created_at
      from workspaces
      where id = ${workspaceId}
      for no key update`,
    tx<Clocked[]>`
      select id, user_id, role, display_name, date_trunc('milliseconds', clock_timestamp()) as at
      from members
      where workspace_id = ${workspaceId} and user_id = ${userId}`,
  ] as const
}

function requireBoth(workspace: LockedWorkspace | undefined, actor: Clocked | undefined): InWorkspace & { at: string } {
  if (!workspace || !actor) throw notFound()
  const { at, ...member } = actor
  return { workspace, actor: member, at }
}

/** Policy: one call near the top of a command, never inside an `if` (C2). */
export function requireRight(actor: Pick<ActingMember, 'role'>, action: Action): void {
  if (!may(actor.role, action)) throw new Refusal('forbidden', `Your role in this workspace does not allow this.`)
}

/** How events name who acted. */
export function actorOf(actor: ActingMember) {
  return { memberId: actor.id, displayName: actor.displayName }
}
