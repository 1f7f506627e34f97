import type { ApiScope } from '#shared/scopes.ts'
import { apiKeys } from '../../messages/api-keys.ts'

type Option<Value> = { value: Value; name: string; hint: string }

/** The scopes by what they are of. */
export function scopeAreas(): readonly { name: string; options: readonly Option<ApiScope>[] }[] {
  return (['contacts', 'conversations', 'knowledge'] as const).map(area)
}

const periods = ['', '30', '90', '365'] as const
export type Expiry = (typeof periods)[number]

/** After how many days a key expires, '' for never. */
export function expiries(): readonly { value: Expiry; name: string }[] {
  return periods.map((value) => ({ value, name: apiKeys().expiries[value] }))
}

/** A line for a terminal that shows a key at work, whatever its scopes are. */
export function curlLine(key: string, origin: string): string {
  return `curl -H 'Authorization: Bearer ${key}' ${origin}/api/v1/agent`
}

function area(of: 'contacts' | 'conversations' | 'knowledge') {
  const words = apiKeys()
  const { name, read, write } = words.areas[of]
  return {
    name,
    options: [
      { value: `${of}:read`, name: words.read, hint: read },
      { value: `${of}:write`, name: words.write, hint: write },
    ],
  } as const
}
