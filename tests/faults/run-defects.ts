import { buildDefective } from './defective-copy.ts'
import { defects, type Defect } from './defects.ts'
import type { Fault, Invariant } from './fault.ts'
import { faults } from './faults.ts'
import { run } from './run.ts'
import { columns } from './table.ts'
import { startBench } from './bench.ts'

/** A mistake is caught where one of the invariants that it breaks is seen violated, by any of so many seeds. */
const mostSeeds = 12

type Catch = { defect: Defect; seeds: number; seen: Invariant[]; caught: boolean }

/** Builds each copy, lets people work with it under its fault, and tells whether the bench noticed. */
export async function runDefects(first: number, print: (text: string) => void, only?: string): Promise<boolean> {
  const catches: Catch[] = []
  for (const defect of defects.filter(({ title }) => title.includes(only ?? ''))) {
    const caught = await tryToCatch(defect, first)
    catches.push(caught)
    print(
      `${caught.caught ? 'caught' : 'MISSED'} after ${caught.seeds} seeds by ${caught.seen.join(' ')}: ${defect.title}`,
    )
  }
  const rows = catches.map(({ defect, seeds, seen, caught }) => [
    defect.fault,
    defect.title,
    caught ? 'caught' : 'missed',
    seeds,
    seen.join(' '),
  ])
  print(`\n${columns([['fault', 'the mistake', '', 'seeds', 'violated'], ...rows])}`)
  print(`\n${catches.filter(({ caught }) => caught).length} of ${catches.length} caught`)
  return catches.every(({ caught }) => caught)
}

async function tryToCatch(defect: Defect, first: number): Promise<Catch> {
  const copy = await buildDefective(defect)
  const fault = faults.find(({ id }) => id === defect.fault) as Fault
  try {
    for (let seeds = 1; ; seeds += 1) {
      const topology = await startBench({ program: copy.program })
      const { violations } = await run(topology, fault, first + seeds - 1).finally(() => topology.stop())
      const seen = [...new Set(violations.map(({ invariant }) => invariant))].sort()
      const caught = seen.some((invariant) => defect.violates.includes(invariant))
      if (caught || seeds === mostSeeds) return { defect, seeds, seen, caught }
    }
  } finally {
    await copy.remove()
  }
}
