import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import postgres from 'postgres'
import { findBinaries, runnerFor } from '#server/embedded/binaries.ts'
import { startPostgres } from '#server/embedded/postgres.ts'
import { childrenOf, statusOf, until } from './processes.ts'

export type KillablePostgres = {
  url: string
  /** As its superuser, straight to it, past row-level security; works again after a restart. */
  owner: postgres.Sql
  /** `kill -9` of the postmaster and all its children at once. */
  kill: () => Promise<void>
  /** Same data, same port; answers once it takes connections. */
  start: () => Promise<void>
  /** What it has logged of errors, and of statements and locks that took a second and longer. */
  complaints: () => string[]
  stop: () => Promise<void>
}

const complaint = /ERROR|FATAL|DETAIL|CONTEXT|duration: |still waiting|acquired/

/** Only a durable one keeps what it has committed when it is killed. */
export async function startKillablePostgres(dataDir: string, durable: boolean): Promise<KillablePostgres> {
  const embedded = await startPostgres({ dataDir, durable })
  const { run } = await runnerFor()
  const { pg_ctl } = await findBinaries()
  const data = path.join(dataDir, 'postgres')
  const lock = path.join(data, 'postmaster.pid')
  const owner = await connectOwner(embedded.url).catch(async (error: unknown) => {
    await embedded.stop()
    throw error
  })
  await owner`alter system set log_min_duration_statement = '1s'`
  await owner`alter system set log_lock_waits = on`
  await owner`select pg_reload_conf()`
  return {
    url: embedded.url,
    owner,
    async kill() {
      const pid = postmasterOf(lock)
      if (pid === 0 || !statusOf(pid)) return
      // stopped first, so that it has no more children while we count them, and clears nothing up
      process.kill(pid, 'SIGSTOP')
      await until(() => statusOf(pid)?.state === 'T')
      // the children first: they would say so where they see it gone
      const all = [...childrenOf(pid), pid]
      for (const one of all) killed(one)
      await until(() => all.every((one) => !statusOf(one)))
      // until its parent has asked how it ended, its number looks alive to the next one, which would not start
      rmSync(lock)
    },
    start,
    complaints: () =>
      readFileSync(`${data}/server.log`, 'utf8')
        .split('\n')
        .filter((line) => complaint.test(line)),
    async stop() {
      await owner.end({ timeout: 1 })
      // shared memory that a killed one has left is cleared up by the next one alone
      await start()
      await embedded.stop()
    },
  }

  /** A restart of what is not running: with the options that it had. */
  async function start(): Promise<void> {
    if (postmasterOf(lock) !== 0) return
    await run(pg_ctl, ['restart', `--pgdata=${data}`, '--wait', '--timeout=60', '--silent', `--log=${data}/server.log`])
  }
}

async function connectOwner(url: string): Promise<postgres.Sql> {
  const owner = postgres(url, {
    max: 4,
    onnotice: () => undefined,
    transform: { column: { from: postgres.toCamel } },
    backoff: () => 0.05,
  })
  await owner`select 1`
  // the pool knows the types now; a connection that is lost while it asks for them again fails where nobody listens
  owner.options.fetch_types = false
  return owner
}

/** 0 where none runs. */
function postmasterOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'utf8').split('\n')[0])
  } catch {
    return 0
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // ended by itself meanwhile
  }
}
