import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBench } from './bench.ts'
import { faults } from './faults.ts'
import { run, type Run } from './run.ts'
import { tableOf } from './table.ts'
import type { Topology } from './topology.ts'

// the short profile: every fault once, on one installation; `npm run faults` is the long one
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

test.each(faults.map((fault) => [fault.id, fault.title, fault] as const))(
  '164 %s %s: nothing is lost, repeated, reordered or leaked',
  async (_id, _title, fault) => {
    const result = await run(topology, fault, seed)
    runs.push(result)
    expect(result.operations).toBeGreaterThan(40)
    expect(result.violations).toEqual([])
  },
  120_000,
)
