import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '#server/config.ts'
import { takenPort } from '../support/ports.ts'
import { postgresOf, useProgram } from '../support/program.ts'

const { folder, start } = useProgram()

test.each([
  ['PORT', 'http', 'a whole number from 0 to 65535'],
  ['PORT', '65536', 'a whole number from 0 to 65535'],
  ['PORT', '-1', 'a whole number from 0 to 65535'],
  ['METRICS_PORT', '9.5', 'a whole number from 0 to 65535'],
  ['PUBLIC_URL', 'rollcall.example.com', 'https://'],
  ['PUBLIC_URL', 'ftp://example.com', 'https://'],
  ['PUBLIC_URL', 'https://example.com/rollcall', 'without a path'],
  ['DATABASE_URL', 'mysql://localhost/rollcall', 'postgres://'],
  ['REDIS_URL', 'redis.example.com:6379', 'redis://'],
  ['SMTP_URL', 'mail.example.com:587', 'smtp://'],
  ['MAIL_FROM', 'nobody', 'Rollcall <rollcall@example.com>'],
  ['BILLING', 'stripes', 'manual or stripe'],
  ['STRIPE_SECRET_KEY', 'pk_test_secret', 'sk_… or rk_…'],
  ['STRIPE_SECRET_KEY', 'sk_test secret', 'without spaces'],
  ['STRIPE_WEBHOOK_SECRET', 'sk_test_secret', 'whsec_…'],
  ['STRIPE_PRICES', 'basic_ai=price_1,standard_ai=price_2,pro_ai=price_3', 'addon_seat=price_…'],
  ['STRIPE_PRICES', 'basic_ai=price_1,standard_ai=price_2,pro_ai=price_3,addon_seat=price_3', 'each price once'],
  ['STRIPE_PRICES', 'basic_ai=prod_1,standard_ai=price_2,pro_ai=price_3,addon_seat=price_4', 'basic_ai=price_…'],
  [
    'STRIPE_PRICES',
    'basic_ai=price_1,standard_ai=price_2,pro_ai=price_3,addon_seat=price_4,free=price_5',
    'each price once',
  ],
  ['STRIPE_API_URL', 'api.stripe.com', 'https://api.stripe.com'],
  ['STRIPE_API_URL', 'https://api.stripe.com/v1', 'without a path'],
  ['ASSISTANT', 'chatgpt', 'search or openai'],
  ['OPENAI_BASE_URL', 'api.openai.com/v1', 'https://api.openai.com/v1'],
  ['OPENAI_BASE_URL', 'ftp://models.example.com/v1', 'https://api.openai.com/v1'],
  ['OPENAI_BASE_URL', 'https://user:secret@models.example.com/v1', 'without a user name'],
  ['OPENAI_BASE_URL', 'https://models.example.com/v1?version=2', 'without ? or #'],
  ['OPENAI_API_KEY', 'Bearer sk-secret', 'the key alone, without spaces'],
  ['OPENAI_MODEL', 'a\nb', 'the name of a model'],
  ['TRUSTED_PROXIES', '10.0.0.0/8, proxy', '10.0.0.0/8'],
  ['TRUSTED_PROXIES', '10.0.0.0/33', '10.0.0.0/8'],
  ['SECRET_KEY', 'too short', '32'],
  ['SECRET_KEY_PREVIOUS', 'a key that has enough letters, does not it, short', '32'],
  ['LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, silent'],
])('%s=%s is refused in one line that names the setting and what is allowed', (name, value, allowed) => {
  const refusal = refusalOf({ [name]: value })
  expect(refusal).toContain(`The setting ${name} is wrong: `)
  expect(refusal).toContain(allowed)
  expect(refusal).not.toContain('\n')
  expect(refusal).not.toContain('secret')
})

test('a model is reached where the settings say, with a key or without one; by itself search answers', () => {
  const openai = { ASSISTANT: 'openai', OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1/', OPENAI_MODEL: 'llama3.2:3b' }
  const read = { baseUrl: 'http://127.0.0.1:11434/v1', model: 'llama3.2:3b' }
  expect(readConfig(openai).openai).toEqual({ ...read, apiKey: undefined })
  expect(readConfig({ ...openai, OPENAI_API_KEY: 'sk-1' }).openai).toEqual({ ...read, apiKey: 'sk-1' })
  expect(readConfig({ ...openai, ASSISTANT: '' }).openai).toBeNull()
  for (const name of ['OPENAI_BASE_URL', 'OPENAI_MODEL']) {
    expect(refusalOf({ ...openai, [name]: '' })).toMatch(new RegExp(`^The setting ${name} is missing: ASSISTANT is openai, so `))
  }
}) // prettier-ignore

test('Stripe takes the money where the settings say so, all of them; by itself nobody does', () => {
  const STRIPE_PRICES = ' basic_ai=price_1, standard_ai=price_2,pro_ai=price_3,addon_seat=price_4 '
  const stripe = { BILLING: 'stripe', STRIPE_SECRET_KEY: 'rk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1', STRIPE_PRICES }
  const prices = { basic_ai: 'price_1', standard_ai: 'price_2', pro_ai: 'price_3', addon_seat: 'price_4' }
  expect(readConfig(stripe).stripe).toEqual({ secretKey: 'rk_test_1', webhookSecret: 'whsec_1', prices, apiUrl: null })
  expect(readConfig({ ...stripe, STRIPE_API_URL: 'http://127.0.0.1:12111' }).stripe?.apiUrl).toBe('http://127.0.0.1:12111')
  expect(readConfig({ ...stripe, BILLING: '' }).stripe).toBeNull()
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'STRIPE_PRICES']) {
    expect(refusalOf({ ...stripe, [name]: '' })).toMatch(new RegExp(`^The setting ${name} is missing: BILLING is stripe, so `))
  }
}) // prettier-ignore

test.each([
  ['BILLING', 'stripes', 'manual'],
  ['HOST', '192.0.2.1', 'no address of this machine'],
])('%s=%s ends the start with that line', async (name, value, allowed) => {
  const data = await folder()
  const program = start({ DATA_DIR: data, [name]: value })
  expect(await program.ended).toBe(1)
  expect(program.complaints).toEqual([expect.stringContaining(`The setting ${name} is wrong: `)])
  expect(program.complaints[0]).toContain(allowed)
  expect(program.printed).toEqual([])
  expect(postgresOf(data)).toBeNull()
})

test('177 a public address without SMTP_URL is refused: its mailbox would be everybody’s', async () => {
  const data = await folder()
  const program = start({ DATA_DIR: data, PUBLIC_URL: 'https://rollcall.example.com' })
  expect(await program.ended).toBe(1)
  expect(program.complaints).toEqual([expect.stringMatching(/^The setting SMTP_URL is missing: .*PUBLIC_URL/)])
  expect(postgresOf(data)).toBeNull()
})

test.each(['PORT', 'METRICS_PORT'])(
  '%s that somebody else has ends with one line, and leaves no PostgreSQL',
  async (name) => {
    const data = await folder()
    const { port, close } = await takenPort()
    const program = start({ DATA_DIR: data, [name]: String(port) })
    expect(await program.ended).toBe(1)
    expect(program.complaints).toEqual([`The setting ${name} is wrong: ${port} is in use.`])
    expect(postgresOf(data)).toBeNull()
    await close()
  },
)

test('a database that is not there ends with one line, which keeps its password to itself', async () => {
  const { port, close } = await takenPort()
  await close()
  const url = `postgres://rollcall:very-secret@127.0.0.1:${port}/rollcall`
  const program = start({ DATA_DIR: await folder(), DATABASE_URL: url })
  expect(await program.ended).toBe(1)
  expect(program.complaints).toEqual([expect.stringContaining('The setting DATABASE_URL is wrong: ')])
  expect(program.complaints.join()).not.toContain('very-secret')
})

test('a DATA_DIR that is a file ends with one line', async () => {
  const file = path.join(await folder(), 'a file')
  await writeFile(file, '')
  const program = start({ DATA_DIR: file })
  expect(await program.ended).toBe(1)
  expect(program.complaints).toEqual([expect.stringContaining('The setting DATA_DIR is wrong: ')])
})

test('a setting that is empty is one that is not given', async () => {
  const program = start({ DATA_DIR: await folder(), SMTP_URL: '', DATABASE_URL: '', METRICS_PORT: '', PUBLIC_URL: '' })
  expect(await program.port()).toBeGreaterThan(0)
})

function refusalOf(settings: Record<string, string>): string {
  try {
    readConfig(settings)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
