import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { startTopology, type Topology } from '../faults/topology.ts'
import { halfDone } from './wholeness.ts'

/** How long the start of a node may take on a busy machine, in milliseconds. */
export const patience = 120_000

/**
 * Real processes of the test file's own; `arrange` is given them when they run. After each test all ways between them
 * are open again, and nothing in the database is half done.
 */
export function useTopology(
  { env, ...options }: Omit<NonNullable<Parameters<typeof startTopology>[0]>, 'patience'>,
  arrange: (topology: Topology) => unknown,
): void {
  let topology: Topology | undefined
  vi.setConfig({ testTimeout: 300_000, hookTimeout: 180_000 })
  beforeAll(async () => {
    const quiet = { LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent' }
    topology = await startTopology({ ...options, patience, env: { ...quiet, ...env } })
    await arrange(topology)
  })
  afterAll(() => topology?.stop())
  afterEach(async () => {
    if (!topology) return
    topology.mail.behave('well')
    topology.redis.resume()
    for (const node of topology.nodes) {
      node.resume()
      for (const proxy of Object.values(node.proxies)) proxy.pass()
    }
    expect(await halfDone(topology.postgres.owner)).toEqual([])
  })
}
