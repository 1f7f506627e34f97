import { z } from 'zod'

export type Config = {
  port: number
  host: string
  /** Where people reach this server; '' means http://localhost:<port>. Links in emails come from it alone. */
  publicUrl: string
  databaseUrl: string | undefined
  smtpUrl: string | undefined
  mailFrom: string
  billing: 'manual'
  metricsPort: number | undefined
  dataDir: string
  /** Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[]
  /** Seals secrets inside queued jobs; nodes that share a database share it. */
  secretKey: string | undefined
  logLevel: string
  /** The built client, or undefined to serve the API alone. */
  clientDir: string | undefined
}

const port = z.coerce.number().int().min(0).max(65535)
const text = z.string().trim()
const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)

const settings = z.object({
  PORT: port.default(3000),
  HOST: text.default('0.0.0.0'),
  PUBLIC_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default(''),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: text.default('Rollcall <rollcall@localhost>'),
  BILLING: z.literal('manual').default('manual'),
  METRICS_PORT: port.optional(),
  DATA_DIR: text.default('.rollcall'),
  TRUSTED_PROXIES: list.default([]),
  SECRET_KEY: text.min(32).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  CLIENT_DIR: text.default('dist/client'),
})

/** Reads the settings. A wrong one throws an error whose message is one line that names it. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const result = settings.safeParse(given)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new Error(`The setting ${String(issue?.path[0])} is wrong: ${issue?.message}`)
  }
  const read = result.data
  return {
    port: read.PORT,
    host: read.HOST,
    publicUrl: read.PUBLIC_URL,
    databaseUrl: read.DATABASE_URL,
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    billing: read.BILLING,
    metricsPort: read.METRICS_PORT,
    dataDir: read.DATA_DIR,
    trustedProxies: read.TRUSTED_PROXIES,
    secretKey: read.SECRET_KEY,
    logLevel: read.LOG_LEVEL,
    clientDir: read.CLIENT_DIR,
  }
}
