import type { ApiScope } from '#shared/scopes.ts'

type Option<Value> = { value: Value; name: string; hint: string }

/** The scopes by what they are of. */
export const scopeAreas: readonly { name: string; options: readonly Option<ApiScope>[] }[] = [
  area('Contacts', 'contacts', 'List and look up contacts', 'Create, change and delete contacts'),
  area(
    'Conversations',
    'conversations',
    'Read conversations and their messages',
    'Start conversations and write in them',
  ),
  area('Knowledge', 'knowledge', 'Read and search the knowledge base', 'Add, change and delete resources'),
]

export const expiries = [
  { value: '', name: 'Never' },
  { value: '30', name: 'In 30 days' },
  { value: '90', name: 'In 90 days' },
  { value: '365', name: 'In a year' },
] as const
export type Expiry = (typeof expiries)[number]['value']

/** A line for a terminal that shows a key at work, whatever its scopes are. */
export function curlLine(key: string, origin: string): string {
  return `curl -H 'Authorization: Bearer ${key}' ${origin}/api/v1/agent`
}

function area(name: string, of: 'contacts' | 'conversations' | 'knowledge', read: string, write: string) {
  return {
    name,
    options: [
      { value: `${of}:read`, name: 'Read', hint: read },
      { value: `${of}:write`, name: 'Write', hint: write },
    ],
  } as const
}
