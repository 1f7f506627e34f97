import { execFile } from 'node:child_process'
import { chownSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { findBinaries, runnerFor } from '#server/embedded/binaries.ts'
import { freePort } from './ports.ts'

export type SmallDisk = {
  url: string
  owner: postgres.Sql
  /** Takes all the room that is left. */
  fill: () => void
  /** Gives it back. */
  clear: () => void
  stop: () => Promise<void>
}

const execute = promisify(execFile)
const block = Buffer.alloc(4096)

/**
 * A PostgreSQL whose data lies on a file system of its own of 96 MB, in memory, and its write-ahead log elsewhere. Only
 * root may make one.
 */
export async function startOnSmallDisk(): Promise<SmallDisk> {
  const { run, uid, gid } = await runnerFor()
  const { initdb, pg_ctl } = await findBinaries()
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-disk-'))
  const [disk, log] = [path.join(folder, 'disk'), path.join(folder, 'log')]
  for (const one of [disk, log]) mkdirSync(one)
  await execute('mount', ['-t', 'tmpfs', '-o', 'size=96m,mode=0755', 'tmpfs', disk])
  const data = path.join(disk, 'postgres')
  mkdirSync(data, { mode: 0o700 })
  for (const one of [folder, data, log]) if (uid !== null && gid !== null) chownSync(one, uid, gid)
  const wal = path.join(log, 'wal')
  const words = ['--username=rollcall', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions']
  await run(initdb, [`--pgdata=${data}`, `--waldir=${wal}`, ...words])
  const port = await freePort()
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=16MB', 'fsync=off']
  const given = settings.map((setting) => `-c ${setting}`).join(' ')
  const control = (...orders: string[]) => run(pg_ctl, [`--pgdata=${data}`, '--wait', '--silent', ...orders])
  await control('start', `--log=${path.join(log, 'server.log')}`, `--options=${given}`)
  const url = `postgres://rollcall@127.0.0.1:${port}/postgres`
  const owner = postgres(url, { max: 2, onnotice: () => undefined, transform: { column: { from: postgres.toCamel } } })
  const ballast = path.join(disk, 'ballast')
  return {
    url,
    owner,
    fill() {
      const file = openSync(ballast, 'w')
      try {
        for (;;) writeSync(file, block)
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      } finally {
        closeSync(file)
      }
    },
    clear: () => rmSync(ballast, { force: true }),
    async stop() {
      rmSync(ballast, { force: true })
      await owner.end({ timeout: 1 })
      await control('stop', '--mode=immediate')
      await execute('umount', [disk])
      await rm(folder, { recursive: true, force: true })
    },
  }
} // prettier-ignore
