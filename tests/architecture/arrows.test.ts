import { createRequire } from 'node:module'
import { cruise, type ICruiseResult, type IConfiguration, type IModule } from 'dependency-cruiser'
import { beforeAll, expect, test } from 'vitest'

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as IConfiguration
let modules: ReadonlyMap<string, IModule>

beforeAll(async () => {
  const { output } = await cruise(['server'], { ...config.options, ruleSet: { forbidden: config.forbidden ?? [] }, validate: true })
  modules = new Map((output as ICruiseResult).modules.map((module) => [module.source, module]))
}) // prettier-ignore

const ours = (pattern: RegExp) => [...modules.keys()].filter((source) => pattern.test(source))

test('159 what decides who may do a thing, and what is done, reaches nothing of Redis: PostgreSQL alone is asked', () => {
  const deciding = ours(/^server\/(core|auth|accounts|membership|agents|helpdesk|billing)\//)
  expect(deciding.length).toBeGreaterThan(30)
  const reached = deciding.flatMap((source) => [...reachedFrom(source)].filter((one) => /^server\/(redis|relay)\/|node_modules\/(redis|@redis|rate-limiter-flexible)\//.test(one)).map((one) => `${source} → ${one}`))
  expect(reached).toEqual([])
  // the question is a real one: the composition does reach it
  expect([...reachedFrom('server/node.ts')].some((one) => one.startsWith('server/redis/'))).toBe(true)
}) // prettier-ignore

test('157 a command has its transaction and no way to the pool', () => {
  const commands = ours(/^server\/\w+\/commands\//)
  expect(commands.length).toBeGreaterThan(10)
  const violations = [...modules.values()].flatMap(({ dependencies }) =>
    dependencies.flatMap(({ rules, resolved }) => (rules ?? []).map(({ name }) => `${name}: ${resolved}`)),
  )
  expect(violations).toEqual([])
  expect((config.forbidden ?? []).map(({ name }) => name)).toContain('commands-know-no-pool')
  const imports = commands.flatMap((source) => modules.get(source)?.dependencies ?? [])
  expect(imports.filter(({ resolved }) => /^server\/db\/|node_modules\/postgres\//.test(resolved))).toEqual([])
})

test('149 past the guarded client goes what asks the operator’s model or payment provider, and nothing else', () => {
  const importers = [...modules.values()].filter(({ dependencies }) =>
    dependencies.some(({ resolved }) => resolved === 'server/outbound/trusted.ts'),
  )
  expect(importers.map(({ source }) => source).sort()).toEqual([
    'server/billing/ask-stripe.ts',
    'server/messenger/assistant/model/ask-model.ts',
  ])
  expect((config.forbidden ?? []).map(({ name }) => name)).toContain('trusted-addresses-are-the-operators')
})

test('149 Stripe’s package, which could ask by itself, is in one file, and asks by our client there', () => {
  const importers = [...modules.values()].filter(({ dependencies }) =>
    dependencies.some(({ resolved }) => /node_modules\/stripe\//.test(resolved)),
  )
  expect(importers.map(({ source }) => source)).toEqual(['server/billing/stripe-api.ts'])
  expect(modules.get('server/billing/stripe-api.ts')?.dependencies.map(({ resolved }) => resolved)).toContain('server/billing/ask-stripe.ts')
  expect((config.forbidden ?? []).map(({ name }) => name)).toContain('stripe-behind-its-api')
}) // prettier-ignore

function reachedFrom(source: string, seen = new Set<string>()): Set<string> {
  for (const { resolved } of modules.get(source)?.dependencies ?? []) {
    if (seen.has(resolved)) continue
    seen.add(resolved)
    reachedFrom(resolved, seen)
  }
  return seen
}
