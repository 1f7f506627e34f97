import type { Sql } from '../../db/sql.ts'
import { workingLink, type LinkKind } from '../links.ts'

/** Whose working link this is, else null. */
export async function findByLink(
  sql: Sql,
  token: string,
  kind: LinkKind,
): Promise<{ email: string; name: string } | null> {
  const [person] = await sql.run(
    (tx) => tx<{ email: string; name: string }[]>`
      select u.email, u.name from (${workingLink(tx, token, [kind])}) l join users u on u.id = l.user_id`,
  )
  return person ?? null
}
