import type { Sql } from '../../db/sql.ts'
import { workingLink, type LinkKind } from '../links.ts'

type Person = { id: string; email: string; name: string }

/** Whose working link this is, else null. */
export async function findByLink(sql: Sql, token: string, kind: LinkKind): Promise<Person | null> {
  const [person] = await sql.run(
    (tx) => tx<Person[]>`
      select u.id, u.email, u.name from (${workingLink(tx, token, [kind])}) l join users u on u.id = l.user_id`,
  )
  return person ?? null
}
