import { createHash } from 'node:crypto'
import type { Sql } from '../db/sql.ts'

/**
 * Names the log that positions belong to (S6b). A database restored from a dump lives in another cluster or under
 * another oid, and one recovered to a point in time on another timeline: each gives another epoch.
 */
export async function readEpoch(sql: Sql): Promise<string> {
  const [row] = await sql.run(
    (tx) => tx<{ cluster: string; timeline: number; database: string }[]>`
    select
      (select system_identifier::text from pg_control_system()) as cluster,
      (select timeline_id from pg_control_checkpoint()) as timeline,
      (select oid::text from pg_database where datname = current_database()) as database`,
  )
  return createHash('sha256')
    .update(`${row?.cluster}/${row?.timeline}/${row?.database}`)
    .digest('base64url')
    .slice(0, 12)
}
