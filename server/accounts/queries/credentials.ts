import type { User } from '#shared/protocol/resources.ts'
import type { Sql } from '../../db/sql.ts'

type Row = User & { passwordHash: string }

/** For sign-in. No other file reads a password's hash to hand it on. */
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

/** For re-authentication of somebody who is signed in. */
export async function findPasswordHash(sql: Sql, userId: string): Promise<string | null> {
  const [row] = await sql.run(
    (tx) => tx<{ passwordHash: string }[]>`select password_hash from users where id = ${userId}`,
  )
  return row?.passwordHash ?? null
}
