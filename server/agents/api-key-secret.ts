import { randomBytes } from 'node:crypto'

const word = 'rollcall_'

/** The secret of an API key: 256 random bits, behind a word by which a key is known wherever it lies about. */
export function newApiKeySecret(): string {
  return word + randomBytes(32).toString('base64url')
}

/** Whether it can be one at all. */
export function looksLikeApiKey(text: string): boolean {
  return /^rollcall_[\w-]{43}$/.test(text)
}

/** What people tell their keys apart by; the rest is long enough without it. */
export function prefixOf(secret: string): string {
  return secret.slice(0, word.length + 7)
}
