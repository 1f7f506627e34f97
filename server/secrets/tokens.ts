import { createHash, randomBytes } from 'node:crypto'

/** The secret of a link: 256 random bits. The database holds its hash alone. */
export function newToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: hashOf(token) }
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
