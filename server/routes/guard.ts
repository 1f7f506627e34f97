import { randomUUID } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { addressReader } from '../auth/address.ts'
import { ownNames } from '../auth/origin.ts'
import { Allowance, within } from '../core/allowance.ts'
import { Refusal } from '../core/errors.ts'
import type { Env, Services } from './env.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What every request passes first: its id, its address, our own host, our own origin, its session. */
export function guard(services: Services) {
  const { hosts, origins } = ownNames(services.publicUrl)
  const addressOf = addressReader(services.trustedProxies)
  return createMiddleware<Env>(async (c, next) => {
    c.set('requestId', randomUUID())
    c.set('log', services.log)
    c.set('session', null)
    c.set('apiKey', null)
    c.set('address', addressOf(c.env.incoming))
    // before anything can be refused: a refusal is no more for a cache than an answer is
    c.header('Cache-Control', 'no-store')
    c.header('Vary', 'Cookie')
    if (!hosts.has((c.req.header('host') ?? '').toLowerCase())) {
      throw new Refusal('unknown_host', 'This server does not answer for that host.')
    }
    if (!safe.has(c.req.method)) requireOwnOrigin(c.req.header('origin'), c.req.header('sec-fetch-site'), origins)
    const allowance = new Allowance()
    const cookie = c.req.header('cookie')
    // not within it: one look answers for many requests at once
    if (cookie) c.set('session', await allowance.during(() => services.sessions.readFromHeader(cookie)))
    await within(allowance, next)
  })
}

/** Browsers say where a request comes from; a script that says nothing carries no cookie that it was not given. */
function requireOwnOrigin(origin: string | undefined, site: string | undefined, origins: Set<string>): void {
  const foreign =
    (origin !== undefined && !origins.has(origin)) || (site !== undefined && site !== 'same-origin' && site !== 'none')
  if (foreign) throw new Refusal('cross_origin', 'This request came from another site, so it was not carried out.')
}

/** Bodies are JSON, sent as it is: a few compressed bytes can unfold to gigabytes. A missing one is the schema's matter. */
export const requireJson = createMiddleware<Env>(async (c, next) => {
  const type = c.req.header('content-type')
  const length = c.req.header('content-length')
  const hasBody = (length !== undefined && length !== '0') || c.req.header('transfer-encoding') !== undefined
  const isJson = type !== undefined && /^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)
  if (!safe.has(c.req.method) && (hasBody || type !== undefined) && !isJson) {
    throw new Refusal('unsupported_media_type', 'Send the body as application/json.')
  }
  if (!/^(identity)?$/i.test(c.req.header('content-encoding') ?? '')) {
    throw new Refusal('unsupported_media_type', 'Send the body as it is, not compressed.')
  }
  await next()
})
