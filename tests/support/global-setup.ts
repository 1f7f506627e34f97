import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { migrate } from '#server/db/migrate.ts'
import { startPostgres } from '#server/embedded/postgres.ts'

export const template = 'rollcall_template'

/** One real PostgreSQL for the whole run, with one migrated database that every test file gets a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL']
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-test-'))
  const embedded = given ? null : await startPostgres({ dataDir: folder, durable: false })
  const adminUrl = given ?? embedded?.url ?? ''
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  await sql`drop database if exists ${sql(template)}`
  await sql`create database ${sql(template)}`
  await migrate(databaseUrl(adminUrl, template))
  await sql.end()
  project.provide('adminUrl', adminUrl)
  return async () => {
    await embedded?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}

declare module 'vitest' {
  interface ProvidedContext {
    adminUrl: string
  }
}
