import { parseArgs } from 'node:util'
import { endOnSignals, startBench } from './bench.ts'
import type { Fault } from './fault.ts'
import { faults } from './faults.ts'
import { run, type Run } from './run.ts'
import { runDefects } from './run-defects.ts'
import { tableOf } from './table.ts'

/**
 * `npm run faults`: every fault with three seeds. `-- --faults F4,F10 --seed 7 --seeds 1` repeats some of it;
 * `-- --defects` lets the bench show that it sees mistakes, `--only <words>` one of them. Ends with 1 where anything was
 * violated, or missed.
 */
const { values } = parseArgs({
  options: {
    faults: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '3' },
    defects: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
/** The most lines of PostgreSQL's log behind one run. */
const mostLogged = 60
endOnSignals()
const first = Number(values.seed)
const well = values.defects ? await runDefects(first, print, values.only) : await runFaults()
process.exitCode = well ? 0 : 1

async function runFaults(): Promise<boolean> {
  const chosen = faults.filter(({ id }) => !values.faults || values.faults.split(',').includes(id))
  const runs: Run[] = []
  for (const fault of chosen) runs.push(...(await runsOf(fault)))
  print(`\n${tableOf(runs)}`)
  return runs.every(({ violations }) => violations.length === 0)
}

async function runsOf(fault: Fault): Promise<Run[]> {
  const topology = await startBench()
  const runs: Run[] = []
  try {
    for (let n = 0; n < Number(values.seeds); n += 1) {
      const result = await run(topology, fault, first + n)
      runs.push(result)
      const { operations, unknown, violations, logged } = result
      print(
        `${fault.id} seed ${first + n}: ${operations} operations, ${unknown} unknown, ${violations.length} violations`,
      )
      for (const { invariant, what } of violations) print(`  ${invariant} ${what}`)
      for (const line of logged.slice(0, mostLogged)) print(`    ${line}`)
    }
  } finally {
    await topology.stop()
  }
  return runs
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
