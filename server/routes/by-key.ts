import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ApiScope } from '#shared/scopes.ts'
import { looksLikeApiKey } from '../agents/api-key-secret.ts'
import { keepLastUse } from '../agents/keep-last-use.ts'
import { findApiKey, type ApiKeyInUse } from '../agents/queries/api-keys.ts'
import { levelOf } from '../core/failures.ts'
import { invalidApiKey, requireScope, type KeyInput } from '../core/opening.ts'
import { bearerIn } from './bearer.ts'
import type { Env, Services } from './env.ts'
import type { Limits } from './limits.ts'
import { serve, type Call, type Router, type Schemas } from './router.ts'

/** `scope`: what a key must be for; null: any key will do. */
type SchemasByKey = Schemas & { scope: ApiScope | null }
type CallByKey<S extends Schemas> = Call<S> & { key: KeyInput }

const scheme = 'apiKey'

/**
 * One route below /api/v1: like `serve`, for whoever holds an API key of an agent. `key` is the caller for commands and
 * queries, which judge the scope once more, as the key is by then.
 */
export function serveByKey<const S extends SchemasByKey>(
  router: Router,
  method: Parameters<typeof serve>[1],
  path: `/api/v1/${string}`,
  schemas: S,
  handle: (call: CallByKey<S>) => Promise<Response>,
): void {
  const { scope } = schemas
  const security = [{ [scheme]: scope ? [scope] : [] }]
  const description = scope ? `Needs an API key with the scope \`${scope}\`.` : 'Any API key will do.'
  serve(router, method, path, { ...schemas, security, description }, (call) => {
    const { scopes, ...key } = requireApiKey(call.c)
    if (scope) requireScope({ scopes }, scope)
    return handle({ ...(call as Call<S>), key })
  })
}

/** How the OpenAPI document says what a request needs. */
export function describeKeys(router: Router): void {
  const description = 'An API key of an agent. It opens that agent and nothing else, as far as its scopes say.'
  router.openAPIRegistry.registerComponent('securitySchemes', scheme, { type: 'http', scheme: 'bearer', description })
}

/** Who asks is the key alone: a browser's session is nothing here, neither in place of a key nor beside one. */
export function authenticateByKey({ core, limits }: Services) {
  const keeping = new Set<string>()
  return createMiddleware<Env>(async (c, next) => {
    c.set('session', null)
    const secret = secretIn(c.req.header('authorization'))
    const found = secret && (await findApiKey(core.sql, secret))
    if (!found) {
      // what is right is never slowed by what is wrong at the same address: nobody guesses one of 2^256
      await limits.spend('wrongKeyByAddress', c.get('address'))
      throw invalidApiKey()
    }
    await spendCall(c, limits, found.apiKeyId)
    c.set('apiKey', found)
    await next()
    if (found.useIsNews && !keeping.has(found.apiKeyId)) void keepUse(c, found)
  })

  /** Behind the answer, and once however many requests come in the same moment. */
  async function keepUse(c: Context<Env>, key: KeyInput): Promise<void> {
    keeping.add(key.apiKeyId)
    await keepLastUse(core.sql, key).catch((error: unknown) => {
      c.get('log')[levelOf(error)]({ err: error }, 'the last use of an API key was not kept')
    })
    keeping.delete(key.apiKeyId)
  }
}

function requireApiKey(c: Context<Env>): Omit<ApiKeyInUse, 'useIsNews'> {
  const found = c.get('apiKey')
  if (!found) throw invalidApiKey()
  const { workspaceId, agentId, apiKeyId, scopes } = found
  return { workspaceId, agentId, apiKeyId, scopes }
}

function secretIn(header: string | undefined): string | null {
  const secret = bearerIn(header)
  return secret !== null && looksLikeApiKey(secret) ? secret : null
}

/** Counts the request, and says in any case how many more there may be. */
async function spendCall(c: Context<Env>, limits: Limits, apiKeyId: string): Promise<void> {
  try {
    await limits.spend('apiCallsByKey', apiKeyId)
  } finally {
    const { limit, remaining, reset } = await limits.left('apiCallsByKey', apiKeyId)
    c.header('RateLimit-Limit', String(limit))
    c.header('RateLimit-Remaining', String(remaining))
    c.header('RateLimit-Reset', String(reset))
  }
}
