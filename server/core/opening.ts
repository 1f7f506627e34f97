import { may, type Action } from '#shared/policy.ts'
import type { Role } from '#shared/roles.ts'
import type { Language } from '#shared/languages.ts'
import type { Actor } from '#shared/protocol/events.ts'
import type { ApiScope } from '#shared/scopes.ts'
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
    actingMember(tx, { userId, workspaceId }),
  ] as const
}

function actingMember(tx: Tx, { userId, workspaceId }: WorkspaceInput) {
  return tx<Clocked[]>`
    select id, user_id, role, display_name, date_trunc('milliseconds', clock_timestamp()) as at
    from members
    where workspace_id = ${workspaceId} and user_id = ${userId}`
}

function requireBoth(workspace: LockedWorkspace | undefined, actor: Clocked | undefined): InWorkspace & { at: string } {
  if (!workspace || !actor) throw notFound()
  const { at, ...member } = actor
  return { workspace, actor: member, at }
}

export type AgentInput = WorkspaceInput & { agentId: string }
/** Whoever holds an API key, in place of a member. The ids are the key's, never the request's. */
export type KeyInput = { workspaceId: string; agentId: string; apiKeyId: string }
export type AgentCaller = AgentInput | KeyInput

/** The API key that acts, as it stood once the locks were granted. */
export type ActingKey = { apiKeyId: string; name: string; scopes: ApiScope[] }

export type LockedAgent = { id: string; name: string; language: Language; helpDesk: boolean; messenger: boolean }
export type AtAgent = { workspaceId: string; agent: LockedAgent }
export type InAgent = AtAgent & { actor: ActingMember | ActingKey }

/** Opens a command in an agent, for a member or an API key of it. */
export async function openAgent(tx: Tx, input: AgentCaller, lock: AgentLock): Promise<InAgent & { at: string }> {
  const { workspaceId } = input
  const [, , [agent], [actor]] = await together(...lockedAgent(tx, input, lock), acting(tx, input, 'lock'))
  if (!actor && !isMember(input)) throw invalidApiKey()
  if (!actor || !agent) throw notFound()
  const { at, ...rest } = actor
  return { workspaceId, agent, actor: rest, at }
}

/** `whole`: against every other command in it, for what is counted or configured; `part`: for what has a lock of its own. */
type AgentLock = 'whole' | 'part'

/**
 * Enters an agent and locks it. The workspace is locked against what takes a right away, and no more: what goes on in its
 * agents need not wait for one another.
 */
export function lockedAgent(tx: Tx, { workspaceId, agentId }: { workspaceId: string; agentId: string }, lock: AgentLock) {
  return [
    enter(tx, { workspace: workspaceId, agent: agentId }),
    tx`select id from workspaces where id = ${workspaceId} for share`,
    tx<LockedAgent[]>`
      select id, name, language, help_desk, messenger
      from agents
      where workspace_id = ${workspaceId} and id = ${agentId}
      ${lock === 'whole' ? tx`for no key update` : tx`for key share`}`,
  ] as const
} // prettier-ignore

/**
 * Who acts: no row where they are no member of the workspace, or the key is none of the agent (any more). What changes
 * something locks the key, too: it is revoked before that or behind it, never meanwhile.
 */
export function acting(tx: Tx, caller: AgentCaller, use: 'read' | 'lock' = 'read') {
  return isMember(caller) ? actingMember(tx, caller) : actingKey(tx, caller, use)
}

/** By the user, whom the session alone tells: an API key can be what a member's request is about, too. */
export function isMember(caller: AgentCaller): caller is AgentInput {
  return 'userId' in caller
}

function actingKey(tx: Tx, { workspaceId, agentId, apiKeyId }: KeyInput, use: 'read' | 'lock') {
  // materialized: the clock is read once the lock was granted
  return tx<(ActingKey & { at: string })[]>`
    with kept as materialized (
      select id, name, scopes, expires_at
      from api_keys
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${apiKeyId}
      ${use === 'lock' ? tx`for key share` : tx``}
    )
    select id as api_key_id, name, scopes, date_trunc('milliseconds', clock_timestamp()) as at
    from kept
    where expires_at is null or expires_at > clock_timestamp()`
}

/** A key that does not exist, was revoked or has expired: all alike. */
export function invalidApiKey(): Refusal {
  return new Refusal('invalid_api_key', 'Send a valid API key of an agent: Authorization: Bearer <key>.')
}

/** The same for a member by their role and for an API key by its scopes; without a scope it is nothing for keys. */
export function requireAccess(
  actor: Pick<ActingMember, 'role'> | Pick<ActingKey, 'scopes'>,
  action: Action,
  scope?: ApiScope,
): void {
  if ('role' in actor) requireRight(actor, action)
  else if (scope) requireScope(actor, scope)
  else throw new Refusal('insufficient_scope', 'This cannot be done with an API key.')
}

export function requireScope({ scopes }: Pick<ActingKey, 'scopes'>, scope: ApiScope): void {
  if (scopes.includes(scope)) return
  throw new Refusal('insufficient_scope', `This needs an API key with the scope ${scope}.`)
}

/** Policy: one call near the top of a command, never inside an `if` (C2). */
export function requireRight(actor: Pick<ActingMember, 'role'>, action: Action): void {
  if (!may(actor.role, action)) throw new Refusal('forbidden', `Your role in this workspace does not allow this.`)
}

/** How events name who acted: a member; of a product that acts by an API key there is nobody to name. */
export function actorOf(actor: ActingMember): Actor
export function actorOf(actor: ActingMember | ActingKey): Actor | null
export function actorOf(actor: ActingMember | ActingKey): Actor | null {
  return 'role' in actor ? { memberId: actor.id, displayName: actor.displayName } : null
}
