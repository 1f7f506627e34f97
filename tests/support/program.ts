import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach } from 'vitest'

export type Program = ReturnType<typeof startProgram>

const built = path.resolve('dist/server/main.js')

/** Folders and programs of the test file's own; whatever still runs after a test is ended, its PostgreSQL with it. */
export function useProgram() {
  const programs: Program[] = []
  const folders: string[] = []
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill()
    for (const folder of folders.splice(0)) {
      endPostgres(folder)
      await rm(folder, { recursive: true, force: true, maxRetries: 20 })
    }
  })
  return {
    async folder(): Promise<string> {
      const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-program-'))
      folders.push(folder)
      return folder
    },
    start(settings: Record<string, string>, words: string[] = []): Program {
      const program = startProgram(settings, words)
      programs.push(program)
      return program
    },
  }
}

/** The built program as its users start it, with these settings and none of ours; what it prints is kept. */
function startProgram(settings: Record<string, string>, words: string[]) {
  const child = spawn(process.execPath, ['--enable-source-maps', built, ...words], {
    env: { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  const complaints: string[] = []
  const news = new EventEmitter().setMaxListeners(0)
  for (const [stream, lines] of [[child.stdout, printed], [child.stderr, complaints]] as const) {
    createInterface({ input: stream }).on('line', (line) => void (lines.push(line), news.emit('news')))
  } // prettier-ignore
  let end: number | string | null = null
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
    end = code ?? signal ?? null
    news.emit('news')
    return end
  })

  async function line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = printed.map((one) => pattern.exec(one)).find((match) => match !== null)
      if (found) return found
      if (end !== null)
        throw new Error(`It ended (${end}) before it printed ${String(pattern)}: ${complaints.join('\n')}`)
      await once(news, 'news')
    }
  }
  return {
    printed,
    complaints,
    line,
    /** The exit code, or the name of the signal that ended it. */
    ended,
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** The port at which it says that it runs; waits until it does. */
    port: async (): Promise<number> => Number((await line(/running at \S+?:(\d+)$/))[1]),
    async kill(): Promise<void> {
      if (end === null) child.kill('SIGKILL')
      await ended
    },
  }
}

/** The process id of the PostgreSQL that keeps its data in this folder, or null where none runs. */
export function postgresOf(folder: string): number | null {
  const file = path.join(folder, 'postgres', 'postmaster.pid')
  if (!existsSync(file)) return null
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  return isRunning(pid) ? pid : null
}

/** One that has ended and that nobody has asked about yet runs no more, though it still has its number. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function endPostgres(folder: string): void {
  const pid = postgresOf(folder)
  if (pid !== null) process.kill(pid, 'SIGQUIT')
}
