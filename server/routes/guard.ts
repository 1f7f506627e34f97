import { randomUUID } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { createMiddleware } from 'hono/factory'
import { ownNames } from '../auth/origin.ts'
import { tokenIn } from '../auth/sessions.ts'
import { Refusal } from '../core/errors.ts'
import type { Env, Services } from './env.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What every request passes first: its id, its address, our own host, our own origin, its session. */
export function guard(services: Services) {
  const { hosts, origins } = ownNames(services.publicUrl)
  const proxies = listOf(services.trustedProxies)
  return createMiddleware<Env>(async (c, next) => {
    c.set('requestId', randomUUID())
    c.set('log', services.log)
    c.set('session', null)
    c.set('address', addressOf(c.env.incoming.socket.remoteAddress, c.req.header('x-forwarded-for'), proxies))
    if (!hosts.has((c.req.header('host') ?? '').toLowerCase())) {
      throw new Refusal('unknown_host', 'This server does not answer for that host.')
    }
    if (!safe.has(c.req.method)) requireOwnOrigin(c.req.header('origin'), c.req.header('sec-fetch-site'), origins)
    const token = tokenIn(c.req.header('cookie'))
    if (token) c.set('session', await services.sessions.read(token))
    await next()
    c.header('Cache-Control', c.res.headers.get('Cache-Control') ?? 'no-store')
    c.header('Vary', 'Cookie')
  })
}

/** Browsers say where a request comes from; a script that says nothing carries no cookie that it was not given. */
function requireOwnOrigin(origin: string | undefined, site: string | undefined, origins: Set<string>): void {
  const foreign =
    (origin !== undefined && !origins.has(origin)) || (site !== undefined && site !== 'same-origin' && site !== 'none')
  if (foreign) throw new Refusal('cross_origin', 'This request came from another site, so it was not carried out.')
}

/** Bodies are JSON; a missing one is judged by the schema. */
export const requireJson = createMiddleware<Env>(async (c, next) => {
  const type = c.req.header('content-type')
  const length = c.req.header('content-length')
  const hasBody = (length !== undefined && length !== '0') || c.req.header('transfer-encoding') !== undefined
  const isJson = type !== undefined && /^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)
  if (!safe.has(c.req.method) && (hasBody || type !== undefined) && !isJson) {
    throw new Refusal('unsupported_media_type', 'Send the body as application/json.')
  }
  await next()
})

function listOf(ranges: string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** The rightmost address that is no proxy of ours; IPv6 by its /64, since one household has that many. */
function addressOf(peer: string | undefined, forwarded: string | undefined, proxies: BlockList): string {
  const path = [...(forwarded?.split(',') ?? []), peer ?? ''].map(plain)
  let address = path.pop() ?? ''
  while (isIP(address) && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') && isIP(path.at(-1) ?? '')) {
    address = path.pop() ?? address
  }
  return isIP(address) === 6 ? `${address.split(':').slice(0, 4).join(':')}::/64` : address
}

function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '')
}
