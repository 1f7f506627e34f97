import { pino, type Logger } from 'pino'

export type Log = Logger

/** Lines of JSON on standard error. No tokens, emails or bodies: pass ids. */
export function createLog(level: string): Log {
  return pino(
    { level, base: null, redact: ['token', 'email', 'password', 'cookie'] },
    pino.destination({ fd: 2, sync: false }),
  )
}
