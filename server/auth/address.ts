import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Where a request comes from, as limits count it: an IPv4 address, or an IPv6 network like `2001:db8:1:2::/64`. */
export type AddressOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string

/** The rightmost address that is no proxy of ours; IPv6 by its /64, since one household has that many. */
export function addressReader(trustedProxies: string[]): AddressOf {
  const proxies = listOf(trustedProxies)
  return ({ headers, socket }) => {
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',')
    const path = [...forwarded, socket.remoteAddress ?? ''].map(plain)
    let address = path.pop() ?? ''
    while (isIP(address) && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') && isIP(path.at(-1) ?? '')) {
      address = path.pop() ?? address
    }
    return isIP(address) === 6 ? networkOf(address) : address
  }
}

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
