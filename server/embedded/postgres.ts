import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import postgres from 'postgres'
import { findBinaries, runnerFor } from './binaries.ts'

export type EmbeddedPostgres = { url: string; stop: () => Promise<void> }

const singleNode = 7_202_612
const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/**
 * A PostgreSQL of our own below `dataDir`. It outlives a killed Rollcall and is found again by the next one; a terminal's
 * Ctrl-C does not reach it, so that `stop` can end it last. `durable: false` is for tests: it survives no power cut.
 */
export async function startPostgres(options: { dataDir: string; durable?: boolean }): Promise<EmbeddedPostgres> {
  const folder = path.resolve(options.dataDir)
  const data = path.join(folder, 'postgres')
  const binaries = await findBinaries()
  const { run, uid, gid } = await runnerFor()
  mkdirSync(folder, { recursive: true })
  const password = passwordIn(folder)
  if (!existsSync(path.join(data, 'PG_VERSION'))) {
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const secret = path.join(data, '..', 'password')
    if (uid !== null && gid !== null) chownSync(data, uid, gid)
    await run(binaries.initdb, [
      `--pgdata=${data}`,
      '--username=rollcall',
      '--auth=scram-sha-256',
      `--pwfile=${secret}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
      ...(options.durable === false ? ['--no-sync'] : []),
    ])
  }
  const port = runningPort(data) ?? (await startOn(await freePort()))
  const url = `postgres://rollcall:${password}@127.0.0.1:${port}/postgres`
  const release = await holdAlone(url, folder)
  return {
    url,
    async stop() {
      await release()
      await run(binaries.pg_ctl, ['stop', `--pgdata=${data}`, '--mode=fast', '--wait', '--silent'])
    },
  }

  async function startOn(free: number): Promise<number> {
    const settings = [
      `port=${free}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      'shared_buffers=128MB',
      'log_timezone=UTC',
      ...(options.durable === false ? fast : []),
    ]
    const log = path.join(data, 'server.log')
    const given = settings.map((setting) => `-c ${setting}`).join(' ')
    await run(binaries.pg_ctl, [
      'start',
      `--pgdata=${data}`,
      '--wait',
      '--timeout=60',
      '--silent',
      `--log=${log}`,
      `--options=${given}`,
    ])
    return free
  }
}

function passwordIn(folder: string): string {
  const file = path.join(folder, 'password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

/** The port of a server that is still running on this data, after its Rollcall was killed. */
function runningPort(data: string): number | null {
  const file = path.join(data, 'postmaster.pid')
  if (!existsSync(file)) return null
  const lines = readFileSync(file, 'utf8').split('\n')
  const port = Number(lines[3])
  return isAlive(Number(lines[0])) && port > 0 && lines[7]?.startsWith('ready') ? port : null
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

/** One Rollcall at a time on one folder. A lock of a connection's ends with it, also by `kill -9`. */
async function holdAlone(url: string, folder: string): Promise<() => Promise<void>> {
  const lock = postgres(url, { max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => undefined })
  const [row] = await lock<{ held: boolean }[]>`select pg_try_advisory_lock(${singleNode}) as held`
  if (row?.held) return () => lock.end()
  await lock.end()
  throw new Error(`Another Rollcall is running on ${folder}. Stop it first, or set DATA_DIR to another folder.`)
}
