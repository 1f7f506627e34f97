import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Logger, runMigrations } from 'graphile-worker'
import postgres from 'postgres'
import { projectRoot } from '../paths.ts'

const advisoryLock = 7_202_611

/** Brings the schema to the newest migration, as the user of `databaseUrl`. Nodes that start together take turns. */
export async function migrate(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    await sql`select pg_advisory_lock(${advisoryLock})`
    await runMigrations({ connectionString: databaseUrl, logger: new Logger(() => () => undefined) })
    await sql`create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`
    const applied = new Set((await sql<{ name: string }[]>`select name from migrations`).map((row) => row.name))
    for (const name of await migrationNames()) {
      if (!applied.has(name)) await apply(sql, name)
    }
  } finally {
    await sql.end()
  }
}

async function migrationNames(): Promise<string[]> {
  const names = await readdir(path.join(projectRoot, 'migrations'))
  return names.filter((name) => name.endsWith('.sql')).sort()
}

async function apply(sql: postgres.Sql, name: string): Promise<void> {
  const text = await readFile(path.join(projectRoot, 'migrations', name), 'utf8')
  await sql.begin(async (tx) => {
    await tx`set local lock_timeout = '5s'`
    await tx.unsafe(text)
    await tx`insert into migrations (name) values (${name})`
  })
}
