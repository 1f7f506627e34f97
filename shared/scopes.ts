/** What an API key can be for. Nobody gets more by a key than its scopes say; there is none for keys themselves. */
export const scopes = [
  'contacts:read',
  'contacts:write',
  'conversations:read',
  'conversations:write',
  'knowledge:read',
  'knowledge:write',
] as const
export type ApiScope = (typeof scopes)[number]
