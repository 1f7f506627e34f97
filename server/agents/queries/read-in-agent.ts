import type { Action } from '#shared/policy.ts'
import type { ApiScope } from '#shared/scopes.ts'
import { notFound } from '../../core/errors.ts'
import { acting, invalidApiKey, isMember, requireAccess, type AgentCaller } from '../../core/opening.ts'
import { readWithin, type Answers, type Scope, type Statements, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

type Need = { action: Action; scope?: ApiScope; streams?: Scope['streams'] }

/** Reads of one agent, for a member with the right or an API key with the scope, in one snapshot and one round trip. */
export async function readInAgent<const S extends Statements>(
  sql: Sql,
  caller: AgentCaller,
  { action, scope, streams }: Need,
  reads: (tx: Tx) => S,
): Promise<Answers<S>> {
  const { workspaceId, agentId } = caller
  const scoped = { workspace: workspaceId, agent: agentId, ...(streams && { streams }) }
  const [[actor], [agent], ...answers] = await readWithin(sql, scoped, (tx) => [
    acting(tx, caller),
    tx`select id from agents where workspace_id = ${workspaceId} and id = ${agentId}`,
    ...reads(tx),
  ])
  if (!actor && !isMember(caller)) throw invalidApiKey()
  if (!actor || !agent) throw notFound()
  requireAccess(actor, action, scope)
  return answers as unknown as Answers<S>
}
