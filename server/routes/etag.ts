import { createHash } from 'node:crypto'

export function etagOf(body: string): string {
  return `"${createHash('sha1').update(body).digest('base64url')}"`
}
