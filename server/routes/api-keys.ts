import type { Context } from 'hono'
import { apiKeyParams, apiKeysAnswer, createApiKeyAnswer, createApiKeyBody } from '#shared/protocol/agents/api-keys.ts'
import { pageQuery } from '#shared/protocol/page.ts'
import { agentParams } from '#shared/protocol/params.ts'
import { newApiKeySecret } from '../agents/api-key-secret.ts'
import { createApiKey } from '../agents/commands/create-api-key.ts'
import { revokeApiKey } from '../agents/commands/revoke-api-key.ts'
import { readInAgent } from '../agents/queries/read-in-agent.ts'
import { readApiKeys } from '../agents/queries/api-keys.ts'
import type { AgentInput } from '../core/opening.ts'
import { runCommand } from '../core/run-command.ts'
import { newApiKey } from '../secrets/places.ts'
import type { Env, Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const all = '/api/workspaces/{workspaceId}/agents/{agentId}/api-keys'

export function apiKeyRoutes(router: Router, { core, seal }: Services): void {
  const { sql } = core
  const sealed = (secret: string) => seal.close(secret, newApiKey)

  /** A repeat is answered from memory, secret included, so whether its caller may still have it is looked at first. */
  async function replayable(c: Context<Env>, input: AgentInput, body: unknown) {
    const idempotency = idempotencyOf(c, input.userId, body)
    if (idempotency) await readInAgent(sql, input, { action: 'agent.manage' }, () => [])
    return idempotency
  }

  serve(
    router,
    'get',
    all,
    { summary: 'The API keys of an agent', params: agentParams, query: pageQuery, answer: apiKeysAnswer },
    async ({ c, params, query }) => {
      return c.json(await readApiKeys(sql, { userId: requireSession(c).user.id, ...params }, query))
    },
  )

  serve(
    router,
    'post',
    all,
    {
      summary: 'Create an API key; its secret is shown this once',
      params: agentParams,
      body: createApiKeyBody,
      answer: createApiKeyAnswer,
      status: 201,
    },
    async ({ c, params, body }) => {
      const caller = { userId: requireSession(c).user.id, ...params }
      const input = { ...caller, ...body, secret: newApiKeySecret(), seal: sealed }
      const outcome = await runCommand(core, createApiKey, input, await replayable(c, caller, body))
      const { apiKey, sealedSecret } = outcome.result
      return answerWrite(c, outcome, { apiKey, key: seal.open(sealedSecret, newApiKey) }, 201)
    },
  )

  serve(
    router,
    'delete',
    `${all}/{apiKeyId}`,
    { summary: 'Revoke an API key', params: apiKeyParams },
    async ({ c, params }) => {
      return answerWrite(c, await runCommand(core, revokeApiKey, { userId: requireSession(c).user.id, ...params }))
    },
  )
}
