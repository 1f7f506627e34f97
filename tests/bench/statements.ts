import type postgres from 'postgres'

/** What the nodes had the database do: statements, begin and commit among them, and milliseconds of its time. */
export type Statements = { calls: number; milliseconds: number }

/** From now on what nodes that connect to this database ask for is counted. */
export async function countStatements(sql: postgres.Sql): Promise<void> {
  await sql`create extension pg_stat_statements`
  const [row] = await sql<{ name: string }[]>`select current_database() as name`
  await sql`alter database ${sql(row?.name ?? '')} set pg_stat_statements.track = 'top'`
}

export async function forgetStatements(sql: postgres.Sql): Promise<void> {
  await sql`select pg_stat_statements_reset()`
}

export async function statementsOf(sql: postgres.Sql): Promise<Statements> {
  const [row] = await sql<Statements[]>`
    select coalesce(sum(calls), 0)::int as calls, coalesce(sum(total_exec_time), 0)::float8 as milliseconds
    from pg_stat_statements
    where userid = 'rollcall_app'::regrole`
  return row ?? { calls: 0, milliseconds: 0 }
}
