import dns from 'node:dns'
import { BlockList, isIPv6, type LookupFunction } from 'node:net'

// Of IPv6 only 2000::/3 is the public internet. request-filtering-agent knows most of what else there is by its ranges, and
// takes the rest for public: `::127.0.0.1`, the site-local fec0::/10, whatever will be given out one day.
const elsewhere = new BlockList()
elsewhere.addSubnet('::', 3, 'ipv6')
elsewhere.addSubnet('4000::', 2, 'ipv6')
elsewhere.addSubnet('8000::', 1, 'ipv6')

/** Whether this is an address of IPv6, in brackets or not, that is not on the public internet. */
export function isPrivateIPv6(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '')
  return isIPv6(address) && elsewhere.check(address, 'ipv6')
}

/** Looks a name up; a name that has such an address, among others or alone, is answered with `refused`. */
export function lookupPublic(refused: Error, exceptions: string[], lookup: LookupFunction = dns.lookup as LookupFunction): LookupFunction {
  return (name, options, tell) =>
    lookup(name, options, (error, found, family) => {
      const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address)
      const isRefused = addresses.some((address) => isPrivateIPv6(address) && !exceptions.includes(address))
      tell(isRefused ? refused : error, found, family)
    })
} // prettier-ignore
