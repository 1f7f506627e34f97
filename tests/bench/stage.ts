import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import postgres from 'postgres'
import { migrate } from '#server/db/migrate.ts'
import { startPostgres } from '#server/embedded/postgres.ts'
import { freePort } from '../support/ports.ts'
import { spawnRedis } from '../support/redis-server.ts'
import { buildServers } from './servers/build.ts'
import { startServer, type BenchServer } from './servers/child.ts'

/** Where people reach all nodes, as behind a load balancer. */
export const host = 'localhost:3000'
export const origin = `http://${host}`

/** What a measurement works with. Whatever it opens is closed behind it. */
export type Stage = {
  /** A database of its own with our schema, as its owner. */
  database: () => Promise<{ url: string; sql: postgres.Sql }>
  /** A Redis of its own. */
  redis: () => Promise<string>
  rollcall: (databaseUrl: string, more?: { redisUrl?: string; port?: number }) => Promise<BenchServer>
  server: (file: string, settings?: Record<string, string>) => Promise<BenchServer>
  /** Undoes something when the measurement is over. */
  after: (undo: () => unknown) => void
}

export type Theatre = { perform: (act: (stage: Stage) => Promise<void>) => Promise<void>; close: () => Promise<void> }

/**
 * One PostgreSQL for the whole run. It keeps the moment of each commit, and can count statements where a measurement
 * switches that on.
 */
export async function openTheatre(): Promise<Theatre> {
  const programs = await buildServers()
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-bench-'))
  const first = await startPostgres({ dataDir: folder })
  const settings = postgres(first.url, { max: 1, onnotice: () => undefined })
  await settings`alter system set track_commit_timestamp = on`
  await settings`alter system set shared_preload_libraries = 'pg_stat_statements'`
  await settings`alter system set pg_stat_statements.track = 'none'`
  await settings.end()
  await first.stop()
  const server = await startPostgres({ dataDir: folder })
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined })
  let databases = 0
  let undo: (() => unknown)[] = []

  async function clear(): Promise<void> {
    const steps = undo
    undo = []
    for (const step of steps) await step()
  }

  function openStage(): Stage {
    const after = (step: () => unknown) => void undo.unshift(step)
    const start = async (file: string, given: Record<string, string> = {}) => {
      const profile = process.env['PROFILE']
      const program = path.join(programs, file.replace(/\.ts$/, '.js'))
      const child = await startServer(program, { ...given, ...(profile && { PROFILE: profile }) })
      after(child.stop)
      return child
    }
    return {
      after,
      server: start,
      async database() {
        const name = `bench_${(databases += 1)}`
        await admin`create database ${admin(name)}`
        const url = server.url.replace(/\/[^/]*$/, `/${name}`)
        await migrate(url)
        const sql = postgres(url, { max: 4, onnotice: () => undefined })
        after(() => sql.end())
        return { url, sql }
      },
      async redis() {
        const port = await freePort()
        const process = spawnRedis(port)
        after(async () => {
          const ended = once(process, 'exit')
          process.kill('SIGTERM')
          await ended
        })
        for await (const said of process.stdout ?? []) if (String(said).includes('Ready to accept')) break
        return `redis://127.0.0.1:${port}`
      },
      rollcall: (databaseUrl, { redisUrl, port = 0 } = {}) =>
        start('rollcall.ts', {
          DATABASE_URL: databaseUrl,
          DATA_DIR: folder,
          HOST: '127.0.0.1',
          PORT: String(port),
          PUBLIC_URL: origin,
          LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
          ...(redisUrl && { REDIS_URL: redisUrl }),
        }),
    }
  }

  return {
    async perform(act) {
      try {
        await act(openStage())
      } finally {
        await clear()
      }
    },
    async close() {
      await clear()
      await admin.end()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
