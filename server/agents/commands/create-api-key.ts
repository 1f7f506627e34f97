import { mostApiKeys, type ApiKeyWithUse, type RequestedApiKey } from '#shared/protocol/agents/api-keys.ts'
import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import type { SealToken } from '../../secrets/seal.ts'
import { hashOf } from '../../secrets/tokens.ts'
import { prefixOf } from '../api-key-secret.ts'

/** The secret is the caller's to make, so that it is the same one however often the command is tried. */
type Input = AgentCaller & RequestedApiKey & { secret: string; seal: SealToken }

/** What is kept for a repeat by its Idempotency-Key stands in the database, so the secret in it is sealed. */
type Result = { apiKey: ApiKeyWithUse; sealedSecret: string }

const day = 86_400_000

export const createApiKey: Command<Input, InAgent, Result> = {
  open: (tx, input) => openAgent(tx, input, 'whole'),
  async run({ tx, draft, workspaceId, agent, actor, at }, { name, scopes, expiresInDays, secret, seal }) {
    requireAccess(actor, 'agent.manage')
    const [there] = await tx<{ count: number }[]>`
      select count(*) from api_keys where workspace_id = ${workspaceId} and agent_id = ${agent.id}`
    if (there && there.count >= mostApiKeys) {
      throw new Refusal('limit_reached', `An agent has at most ${mostApiKeys} API keys. Revoke one first.`)
    }
    const expiresAt = expiresInDays ? new Date(Date.parse(at) + expiresInDays * day).toISOString() : null
    const apiKey = { id: newId(), name, prefix: prefixOf(secret), scopes, createdAt: at, expiresAt }
    draft.send(tx`
      insert into api_keys (id, workspace_id, agent_id, name, prefix, key_hash, scopes, created_at, expires_at)
      values (
        ${apiKey.id}, ${workspaceId}, ${agent.id}, ${name}, ${apiKey.prefix}, ${hashOf(secret)}, ${scopes}::text[],
        ${at}, ${expiresAt}
      )`)
    draft.append('agent', agent.id, 'api_key.created', { apiKey }, { actor: actorOf(actor) })
    return { apiKey: { ...apiKey, lastUsedAt: null }, sealedSecret: seal(secret) }
  },
}
