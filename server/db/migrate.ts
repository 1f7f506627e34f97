import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Logger, runMigrations } from 'graphile-worker'
import { Pool } from 'pg'
import postgres from 'postgres'
import { projectRoot } from '../paths.ts'

const advisoryLock = 7_202_611
/**
 * How long a migration waits for its locks, in milliseconds, and how often it asks for them. Nodes that serve meanwhile
 * wait behind it, so this is less than what they wait for a lock (`db/guard.ts`): none of their requests fails.
 */
const lockTimeout = 500
const mostTries = 10

/**
 * Brings the schema to the newest migration, as the user of `databaseUrl`. Nodes that start together take turns; one
 * that does not know the newest migrations leaves them alone.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    await sql`select pg_advisory_lock(${advisoryLock})`
    await whenUnlocked('The queue’s tables', () => migrateQueue(databaseUrl))
    await sql`create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`
    const applied = new Set((await sql<{ name: string }[]>`select name from migrations`).map((row) => row.name))
    for (const name of await migrationNames()) {
      if (!applied.has(name)) await whenUnlocked(`The migration ${name}`, () => apply(sql, name))
    }
  } finally {
    await sql.end()
  }
}

async function migrationNames(): Promise<string[]> {
  const names = await readdir(path.join(projectRoot, 'migrations'))
  return names.filter((name) => name.endsWith('.sql')).sort()
}

async function migrateQueue(databaseUrl: string): Promise<void> {
  const pgPool = new Pool({ connectionString: databaseUrl, max: 1, lock_timeout: lockTimeout })
  await runMigrations({ pgPool, logger: new Logger(() => () => undefined) }).finally(() => pgPool.end())
}

async function apply(sql: postgres.Sql, name: string): Promise<void> {
  const text = await readFile(path.join(projectRoot, 'migrations', name), 'utf8')
  await sql.begin(async (tx) => {
    await tx`select set_config('lock_timeout', ${String(lockTimeout)}, true)`
    await tx.unsafe(text)
    await tx`insert into migrations (name) values (${name})`
  })
}

/** Tries again where a lock was not to be had; in between whoever waits gets their turn. */
async function whenUnlocked(what: string, change: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await change()
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === '55P03')) throw error
      if (tries === mostTries)
        throw new Error(`${what} could not be applied: somebody holds what it has to lock. Start again later.`, {
          cause: error,
        })
      await pause(lockTimeout)
    }
  }
}
