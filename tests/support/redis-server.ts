import { spawn, type ChildProcess } from 'node:child_process'
import { findProgram } from './find-program.ts'

type Options = { detached?: boolean; words?: string[] }

/** A real Redis on this machine alone that keeps nothing. `words`: more of its settings. */
export function spawnRedis(port: number, { words: more = [], ...options }: Options = {}): ChildProcess {
  const program = findProgram({ setting: 'REDIS_SERVER_PATH', names: ['redis-server'], debianPackage: 'redis-server' })
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more]
  return spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'], ...options })
}
