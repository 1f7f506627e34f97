import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { sold, type Prices } from './billing/prices.ts'
import type { StripeSettings } from './billing/stripe-api.ts'

export type Config = {
  port: number
  host: string
  /** Where people reach this server; '' means http://localhost:<port>. Links in emails come from it alone. */
  publicUrl: string
  databaseUrl: string | undefined
  /** Carries events between nodes; without it this is the only one. */
  redisUrl: string | undefined
  smtpUrl: string | undefined
  mailFrom: string
  /** Who takes the money; null: nobody, and owners set plan and seats themselves. */
  stripe: StripeSettings | null
  /** Who answers visitors from what search finds; null: search itself does. `baseUrl` ends without a slash. */
  openai: { baseUrl: string; apiKey: string | undefined; model: string } | null
  metricsPort: number | undefined
  dataDir: string
  /** Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[]
  /** Seals secrets in the database; nodes that share a database share it. */
  secretKey: string | undefined
  /** Keys of before, which only open. */
  previousSecretKeys: string[]
  logLevel: string
  /** The built client, or undefined to serve the API alone. */
  clientDir: string | undefined
}

const text = z.string().trim()
const port = text
  .regex(/^\d{1,5}$/, 'give a whole number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65535, 'give a whole number from 0 to 65535')
const ranges = text
  .transform((value) => value.split(',').map((item) => item.trim()))
  .transform((items) => items.filter(Boolean))
  .refine((items) => items.every(isRange), 'give addresses or ranges like 10.0.0.0/8, separated by commas')
const keys = text
  .transform((value) => value.split(',').map((item) => item.trim()))
  .transform((items) => items.filter(Boolean))
  .refine(
    (items) => items.every((item) => item.length >= 32),
    'give keys of at least 32 characters, separated by commas',
  )
const prices = text
  .transform(pricesIn)
  .refine((given) => given !== null, 'give each price once: basic_ai=price_…,standard_ai=price_…,pro_ai=price_…,addon_seat=price_…') // prettier-ignore
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const

function url(protocol: RegExp, example: string) {
  return text.refine((value) => z.url({ protocol }).safeParse(value).success, `give an address like ${example}`)
}

/** What a message says is allowed stands behind "The setting … is wrong:". */
const settings = z.object({
  PORT: port.default(3000),
  HOST: text.default('0.0.0.0'),
  PUBLIC_URL: url(/^https?$/, 'https://rollcall.example.com')
    .refine(hasNoPath, 'give an address without a path, like https://rollcall.example.com')
    .default(''),
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:5432/name').optional(),
  REDIS_URL: text
    .refine(areRedis, 'give an address like redis://user:password@host:6379, of a cluster several, separated by commas')
    .optional(),
  SMTP_URL: url(/^smtps?$/, 'smtp://user:password@host:587').optional(),
  MAIL_FROM: text
    .regex(/^[^<>\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/, 'give an address like Rollcall <rollcall@example.com>')
    .default('Rollcall <rollcall@localhost>'),
  BILLING: z.enum(['manual', 'stripe'], 'give manual or stripe').default('manual'),
  STRIPE_SECRET_KEY: text.regex(/^(sk|rk)_[\x21-\x7e]+$/, 'give a key like sk_… or rk_…, without spaces').optional(),
  STRIPE_WEBHOOK_SECRET: text.regex(/^whsec_[\x21-\x7e]+$/, 'give what begins with whsec_…, without spaces').optional(),
  STRIPE_PRICES: prices.optional(),
  STRIPE_API_URL: url(/^https?$/, 'https://api.stripe.com')
    .refine(hasNoPath, 'give an address without a path, like https://api.stripe.com')
    .optional(),
  ASSISTANT: z.enum(['search', 'openai'], 'give search or openai').default('search'),
  OPENAI_BASE_URL: url(/^https?$/, 'https://api.openai.com/v1')
    .refine(hasPathAlone, 'give an address like https://api.openai.com/v1, without a user name and without ? or #')
    .optional(),
  OPENAI_API_KEY: text.regex(/^[\x21-\x7e]+$/, 'give the key alone, without spaces').optional(),
  OPENAI_MODEL: text.regex(/^[^\p{Cc}]{1,200}$/u, 'give the name of a model').optional(),
  METRICS_PORT: port.optional(),
  DATA_DIR: text.default('.rollcall'),
  TRUSTED_PROXIES: ranges.default([]),
  SECRET_KEY: text.min(32, 'give at least 32 characters').optional(),
  SECRET_KEY_PREVIOUS: keys.default([]),
  LOG_LEVEL: z.enum(levels, `give one of ${levels.join(', ')}`).default('info'),
  CLIENT_DIR: text.default('dist/client'),
})

/** Reads the settings. A wrong one throws an error whose message is one line that names it and what is allowed. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const result = settings.safeParse(given)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new Error(`The setting ${String(issue?.path[0])} is wrong: ${issue?.message}.`)
  }
  const read = result.data
  return {
    port: read.PORT,
    host: read.HOST,
    publicUrl: read.PUBLIC_URL,
    databaseUrl: read.DATABASE_URL,
    redisUrl: read.REDIS_URL,
    smtpUrl: read.SMTP_URL,
    mailFrom: read.MAIL_FROM,
    stripe: read.BILLING === 'stripe' ? stripeOf(read) : null,
    openai: read.ASSISTANT === 'openai' ? openaiOf(read) : null,
    metricsPort: read.METRICS_PORT,
    dataDir: read.DATA_DIR,
    trustedProxies: read.TRUSTED_PROXIES,
    secretKey: read.SECRET_KEY,
    previousSecretKeys: read.SECRET_KEY_PREVIOUS,
    logLevel: read.LOG_LEVEL,
    clientDir: read.CLIENT_DIR,
  }
}

type OpenAi = Pick<z.infer<typeof settings>, 'OPENAI_BASE_URL' | 'OPENAI_API_KEY' | 'OPENAI_MODEL'>

function openaiOf({ OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL }: OpenAi): Config['openai'] {
  if (!OPENAI_BASE_URL)
    throw new Error('The setting OPENAI_BASE_URL is missing: ASSISTANT is openai, so a model must be reached.')
  if (!OPENAI_MODEL)
    throw new Error('The setting OPENAI_MODEL is missing: ASSISTANT is openai, so a model must be named.')
  return { baseUrl: OPENAI_BASE_URL.replace(/\/+$/, ''), apiKey: OPENAI_API_KEY, model: OPENAI_MODEL }
}

type Stripe = Pick<
  z.infer<typeof settings>,
  'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET' | 'STRIPE_PRICES' | 'STRIPE_API_URL'
>

function stripeOf({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_PRICES, STRIPE_API_URL }: Stripe): StripeSettings {
  if (!STRIPE_SECRET_KEY)
    throw new Error('The setting STRIPE_SECRET_KEY is missing: BILLING is stripe, so Stripe must know who asks.')
  if (!STRIPE_WEBHOOK_SECRET)
    throw new Error('The setting STRIPE_WEBHOOK_SECRET is missing: BILLING is stripe, so its events must be known.')
  if (!STRIPE_PRICES)
    throw new Error('The setting STRIPE_PRICES is missing: BILLING is stripe, so plans and seats must have prices.')
  const [secretKey, webhookSecret, prices] = [STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_PRICES]
  return { secretKey, webhookSecret, prices, apiUrl: STRIPE_API_URL ?? null }
}

/** All four, each by a price of its own; else null. */
function pricesIn(value: string): Prices | null {
  const pairs = value.split(',').map((item) => item.trim().split('='))
  const given = new Map(pairs.map(([name = '', price = '']) => [name, price]))
  const areAll = pairs.length === sold.length && sold.every((what) => /^price_\w+$/.test(given.get(what) ?? ''))
  if (!areAll || new Set(given.values()).size < sold.length) return null
  return Object.fromEntries(given) as Prices
}

function areRedis(value: string): boolean {
  return value.split(',').every((one) => z.url({ protocol: /^rediss?$/ }).safeParse(one).success)
}

function isRange(item: string): boolean {
  const [address = '', bits, ...more] = item.split('/')
  if (isIP(address) === 0 || more.length > 0) return false
  if (bits === undefined) return true
  const list = new BlockList()
  try {
    list.addSubnet(address, /^\d+$/.test(bits) ? Number(bits) : -1, isIP(address) === 6 ? 'ipv6' : 'ipv4')
    return true
  } catch {
    return false
  }
}

/** What is asked for there is hung on it, and user names in addresses end up in logs. */
function hasPathAlone(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { search, hash, username, password } = new URL(value)
  return search === '' && hash === '' && username === '' && password === ''
}

/** Links are made by hanging paths of ours on it. */
function hasNoPath(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { pathname, search, hash, username } = new URL(value)
  return pathname === '/' && search === '' && hash === '' && username === ''
}
