import type { ApiKeyWithUse, OpenedAnswer } from '#shared/protocol/agents/api-keys.ts'
import type { PageOf, PageQuery } from '#shared/protocol/page.ts'
import type { ApiScope } from '#shared/scopes.ts'
import { acting, invalidApiKey, type AgentInput, type KeyInput } from '../../core/opening.ts'
import { pageFrom } from '../../core/page.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { hashOf } from '../../secrets/tokens.ts'
import { apiKeyColumns } from '../api-key-rows.ts'
import { agentWith } from '../rows.ts'
import { readInAgent } from './read-in-agent.ts'

/** A page of the agent's API keys in the order in which they were made, for whoever manages them. */
export async function readApiKeys(
  sql: Sql,
  input: AgentInput,
  { limit, cursor }: PageQuery,
): Promise<PageOf<ApiKeyWithUse>> {
  const [found] = await readInAgent(sql, input, { action: 'agent.manage' }, (tx) => [
    tx<ApiKeyWithUse[]>`
      select ${apiKeyColumns(tx)}, last_used_at
      from api_keys
      where workspace_id = ${input.workspaceId} and agent_id = ${input.agentId}
        and (${cursor ?? null}::uuid is null or id > ${cursor ?? null})
      order by id
      limit ${limit + 1}`,
  ])
  return pageFrom(found, limit)
}

/** An API key as a request came with it. `useIsNews`: the minute in which it was last used is over. */
export type ApiKeyInUse = KeyInput & { scopes: ApiScope[]; useIsNews: boolean }

/** The key with this secret, or null: unknown, revoked and expired by the database's clock are all alike. */
export async function findApiKey(sql: Sql, secret: string): Promise<ApiKeyInUse | null> {
  const hash = hashOf(secret)
  const [[found]] = await readWithin(sql, { keyHash: hash.toString('hex') }, (tx) => [
    tx<ApiKeyInUse[]>`
      select workspace_id, agent_id, id as api_key_id, scopes,
        last_used_at is null or last_used_at <= clock_timestamp() - interval '1 minute' as use_is_news
      from api_keys
      where key_hash = ${hash} and (expires_at is null or expires_at > clock_timestamp())`,
  ])
  return found ?? null
}

/** What a key opens, whatever its scopes are. */
export async function readOpened(sql: Sql, key: KeyInput): Promise<OpenedAnswer> {
  const { workspaceId, agentId } = key
  const [[actor], [agent]] = await readWithin(sql, { workspace: workspaceId, agent: agentId }, (tx) => [
    acting(tx, key),
    agentWith(tx, workspaceId, agentId),
  ])
  if (!actor || !agent || !('scopes' in actor)) throw invalidApiKey()
  return { agent: { id: agent.id, name: agent.name, language: agent.language }, scopes: actor.scopes }
}
