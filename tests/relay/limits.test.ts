import { beforeAll, afterAll, expect, test } from 'vitest'
import { startKillableRedis, type KillableRedis } from '../support/killable-redis.ts'
import { useTwoNodes, type TestNode } from '../support/node.ts'
import { newPerson, newUser } from '../support/people.ts'
import { freePort } from '../support/ports.ts'

let redis: KillableRedis
let metricsPort = 0
beforeAll(async () => {
  redis = await startKillableRedis()
  metricsPort = await freePort()
})
const nodes = useTwoNodes(() => redis.url, { limitFactor: 1, ofB: () => Promise.resolve({ metricsPort }) })
afterAll(async () => {
  redis.resume()
  await redis.kill()
})

test('47 67 guesses used up on one node are used up on the other', async () => {
  const { a, b } = nodes()
  await ready()
  const ada = await newUser(a)
  for (let n = 0; n < 10; n += 1) expect(await guess(a, ada.email)).toBe(401)
  expect(await guess(a, ada.email)).toBe(429)
  // the other one learns it with its own first guess, which Redis is told of behind its back
  let wrong = 0
  while ((await guess(b, ada.email)) === 401) wrong += 1
  expect(wrong).toBeLessThan(5)
  const grace = await newUser(a, 'Grace')
  expect(await guess(b, grace.email)).toBe(401)
})

test('47 158 with a Redis that hangs nobody waits for it: each node counts alone, and says how often', async () => {
  const { b } = nodes()
  await ready()
  const ada = await newUser(b)
  const before = await fallbacks()
  redis.pause()
  expect(await guess(b, ada.email)).toBe(401)
  // the answer was there before it was known that Redis would give none
  expect(await fallbacks()).toBe(before)
  for (let n = 1; n < 10; n += 1) expect(await guess(b, ada.email)).toBe(401)
  expect(await guess(b, ada.email)).toBe(429)
  await expect.poll(fallbacks, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 10)
})

async function guess(node: TestNode, email: string): Promise<number> {
  return (await newPerson(node).post('/api/auth/sign-in', { email, password: 'a wrong horse' })).status
}

async function ready(): Promise<void> {
  for (const { port } of Object.values(nodes())) {
    const state = async () =>
      ((await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as { status: string }).status
    await expect.poll(state, { timeout: 20_000 }).toBe('ready')
  }
}

async function fallbacks(): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  return Number(/^rollcall_limiter_fallbacks_total (\d+)$/m.exec(text)?.[1])
}
