import { parseArgs } from 'node:util'
import { faults } from './faults.ts'
import { seatTrigger } from './invariants/rows.ts'
import { run, type Run } from './run.ts'
import { tableOf } from './table.ts'
import { startTopology } from './topology.ts'

/**
 * `npm run faults`: every fault with three seeds. `-- --faults F4,F10 --seed 7 --seeds 1` repeats some of it.
 * Ends with 1 where anything was violated.
 */
const { values } = parseArgs({
  options: {
    faults: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '3' },
  },
})
const chosen = faults.filter(({ id }) => !values.faults || values.faults.split(',').includes(id))
const runs: Run[] = []
for (const fault of chosen) {
  const topology = await startTopology()
  try {
    await topology.postgres.owner.unsafe(seatTrigger)
    for (let n = 0; n < Number(values.seeds); n += 1) {
      const result = await run(topology, fault, Number(values.seed) + n)
      runs.push(result)
      print(`${fault.id} seed ${result.seed}: ${result.operations} operations, ${result.violations.length} violations`)
      for (const { invariant, what } of result.violations) print(`  ${invariant} ${what}`)
    }
  } finally {
    await topology.stop()
  }
}
print(`\n${tableOf(runs)}`)
process.exitCode = runs.some(({ violations }) => violations.length > 0) ? 1 : 0

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
