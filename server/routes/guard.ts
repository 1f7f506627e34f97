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
    // before anything can be refused: a refusal is no more for a cache than an answer is
    c.header('Cache-Control', 'no-store')
    c.header('Vary', 'Cookie')
    if (!hosts.has((c.req.header('host') ?? '').toLowerCase())) {
      throw new Refusal('unknown_host', 'This server does not answer for that host.')
    }
    if (!safe.has(c.req.method)) requireOwnOrigin(c.req.header('origin'), c.req.header('sec-fetch-site'), origins)
    const token = tokenIn(c.req.header('cookie'))
    if (token) c.set('session', await services.sessions.read(token))
    await next()
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
  return isIP(address) === 6 ? networkOf(address) : address
}

/** Written out before it is cut: `2001:db8::1` and `2001:db8::2` are one network, though their first four words differ. */
function networkOf(address: string): string {
  const [front = [], back = []] = address.split('::').map((half) => half.split(':').filter(Boolean))
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  const words = [...front, ...zeros, ...back].slice(0, 4).map((word) => parseInt(word, 16).toString(16))
  return `${words.join(':')}::/64`
}

function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '')
}
