import { notFound } from '../../core/errors.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

/** A picture by its unguessable hash. */
export async function readAvatar(sql: Sql, hash: string): Promise<Buffer> {
  const [[row]] = await readWithin(sql, { avatarHash: hash }, (tx) => [
    tx<{ webp: Buffer }[]>`select webp from avatars where hash = ${hash}`,
  ])
  if (!row) throw notFound()
  return row.webp
}
