import { isIP } from 'node:net'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { AuditEntry, AuditLog } from '../audit/audit-log.ts'
import type { Env } from './env.ts'

/** Refusals that say something about whoever was refused. */
const telling = new Set([
  'invalid_credentials',
  'link_not_found',
  'invitation_not_found',
  'forbidden',
  'wrong_account',
  'cross_origin',
  'invalid_api_key',
  'insufficient_scope',
  'invalid_signature',
  'rate_limited',
])
const safe = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Changes of people, their rights and what they own; what is written in an agent or by visitors is no matter of these. */
const ofPeople =
  /^\/api\/(auth|account|me|invitations|workspaces)(\/|$)(?!.*\/agents\/[^/]+\/(resources|contacts|conversations|webhooks|integrations)\b)/
const id = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Keeps who did or tried what that matters to security, once it is answered. */
export function audited(audit: AuditLog) {
  return createMiddleware<Env>(async (c, next) => {
    await next()
    const { method, path } = c.req
    const done = c.res.ok && !safe.has(method) && ofPeople.test(path)
    if (done || telling.has(c.get('code') ?? '')) audit.add(entryOf(c))
  })
}

function entryOf(c: Context<Env>): AuditEntry {
  const { method, path } = c.req
  const [first, ...others] = path.match(id) ?? []
  const inWorkspace = path.startsWith('/api/workspaces/')
  const key = c.get('apiKey')
  const address = c.get('address')
  return {
    at: new Date().toISOString(),
    requestId: c.get('requestId'),
    method,
    // what nothing answers has no pattern
    route: matchedRoutes(c).findLast(({ path: pattern }) => !pattern.includes('*'))?.path ?? '-',
    status: c.res.status,
    code: c.get('code') ?? null,
    userId: c.get('subject') ?? c.get('session')?.user.id ?? null,
    tenantId: key?.workspaceId ?? (inWorkspace ? first : null) ?? null,
    targetId: key?.apiKeyId ?? (inWorkspace ? others.at(-1) : first) ?? null,
    // of IPv6 the network is known
    address: isIP(address.replace(/\/64$/, '')) ? address : null,
  }
}
