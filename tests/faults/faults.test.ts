import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBench } from './bench.ts'
import { faults } from './faults.ts'
import { run, type Run } from './run.ts'
import { tableOf } from './table.ts'
import type { Topology } from './topology.ts'

/**
 * The short profile, one seed each on one installation. The others have tests of their own in tests/operations, tests/relay
 * and tests/security; `npm run faults` is the long one, with all of them.
 */
const short = ['F1', 'F2', 'F4', 'F6', 'F10', 'F12', 'F15', 'F19', 'F20']
const seed = 1
const runs: Run[] = []
let topology: Topology

beforeAll(async () => {
  topology = await startBench()
})

afterAll(async () => {
  await topology?.stop()
  process.stdout.write(`\n${tableOf(runs)}\n`)
})

test.each(faults.filter(({ id }) => short.includes(id)).map((fault) => [fault.id, fault.title, fault] as const))(
  '164 %s %s: nothing is lost, repeated, reordered or leaked',
  async (_id, _title, fault) => {
    const result = await run(topology, fault, seed)
    runs.push(result)
    expect(result.operations).toBeGreaterThan(40)
    expect(result.violations).toEqual([])
  },
  120_000,
)
