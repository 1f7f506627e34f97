import type { User } from '#shared/protocol/resources.ts'
import type { Sql } from '../../db/sql.ts'

type Row = User & { passwordHash: string }

/** For sign-in alone: the one query that reads a password's hash. */
export async function findCredentials(sql: Sql, email: string): Promise<{ user: User; passwordHash: string } | null> {
  const [row] = await sql.run(
    (tx) => tx<Row[]>`
      select id, email, name, email_verified_at is not null as email_verified, password_hash
      from users
      where email = ${email}`,
  )
  if (!row) return null
  const { passwordHash, ...user } = row
  return { user, passwordHash }
}
