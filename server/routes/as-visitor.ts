import { createMiddleware } from 'hono/factory'
import type { z } from 'zod'
import { visitorTokenSchema, type messengerParams } from '#shared/protocol/visitors.ts'
import { notFound, Refusal } from '../core/errors.ts'
import { hashOf } from '../secrets/tokens.ts'
import type { VisitorInput } from '../messenger/open-visitor.ts'
import { findMessenger } from '../messenger/queries/find.ts'
import { bearerIn } from './bearer.ts'
import type { Env, Services } from './env.ts'
import { serve, type Call, type Router, type Schemas } from './router.ts'

type OfAgent = z.infer<typeof messengerParams>
type CallOfVisitor<S extends Schemas> = Call<S> & { visitor: VisitorInput }

const scheme = 'visitor'

/**
 * One route of the Messenger: like `serve`, for whoever holds a token of an agent's visitor, or one that nobody knows yet.
 * Limits are for the visitor, and for the address within the agent: a flood at one agent is none at another.
 */
export function serveVisitor<const S extends Schemas>(
  router: Router,
  { core, limits }: Services,
  method: Parameters<typeof serve>[1],
  path: `/api/messenger/${string}`,
  schemas: S,
  handle: (call: CallOfVisitor<S>) => Promise<Response>,
): void {
  serve(router, method, path, { ...schemas, security: [{ [scheme]: [] }] }, async (call) => {
    const { agentId } = call.params as OfAgent
    const token = tokenIn(call.c.req.header('authorization'))
    if (token === null) {
      throw new Refusal('unauthenticated', 'Send the visitor’s token: Authorization: Bearer <token>.')
    }
    const tokenHash = hashOf(token)
    const [byVisitor, byAddress] =
      method === 'get'
        ? (['readsByVisitor', 'visitorReadsByAddress'] as const)
        : (['writesByVisitor', 'visitorWritesByAddress'] as const)
    await limits.spend(byVisitor, `${agentId} ${tokenHash.toString('hex')}`)
    await limits.spend(byAddress, `${agentId} ${call.c.get('address')}`)
    const messenger = await findMessenger(core.sql, agentId)
    if (!messenger) throw notFound()
    return handle({ ...(call as Call<S>), visitor: { workspaceId: messenger.workspaceId, agentId, tokenHash } })
  })
}

/** Who asks is the token alone: a member's session is nothing here, neither in place of it nor beside it. */
export const visitorsAlone = createMiddleware<Env>(async (c, next) => {
  c.set('session', null)
  await next()
})

/** How the OpenAPI document says what a request needs. */
export function describeVisitors(router: Router): void {
  const description =
    '43 letters that the visitor’s own browser made at random. They open that visitor’s conversations.'
  router.openAPIRegistry.registerComponent('securitySchemes', scheme, { type: 'http', scheme: 'bearer', description })
}

function tokenIn(header: string | undefined): string | null {
  return visitorTokenSchema.safeParse(bearerIn(header)).data ?? null
}
