import { pino, type Logger } from 'pino'

export type Log = Logger

const address = /[^\s"'<>(),:;\\/@]+@[\w-]+(\.[\w-]+)+/g
/** As links, cookies and API keys hold them, and as the database does. */
const secret = /(?<![\w-])((rollcall_)?[\w-]{43}|[0-9a-f]{64})(?![\w-])/g

/** Lines of JSON on standard error. No tokens, emails or bodies: pass ids. What others put into an error is taken out. */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      redact: ['token', 'email', 'password', 'cookie'],
      serializers: { err: described },
      hooks: { streamWrite: (line) => line.replace(address, '[address]').replace(secret, '[secret]') },
    },
    pino.destination({ fd: 2, sync: false }),
  )
}

/** What went wrong and where. The rest of a database's error is the row that it was about. */
function described(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack } = error
  return { type: name, message, stack, ...('code' in error && { code: error.code }) }
}
