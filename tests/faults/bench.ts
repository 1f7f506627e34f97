import { Ends } from '#server/ends.ts'
import { seatTrigger } from './invariants/rows.ts'
import { startTopology, type Topology } from './topology.ts'

const running = new Ends()

/** The processes of the bench, with the trigger that keeps what only a single commit shows. */
export async function startBench(options: Parameters<typeof startTopology>[0] = {}): Promise<Topology> {
  const topology = await startTopology(options)
  running.add(topology.stop)
  await topology.postgres.owner.unsafe(seatTrigger)
  return topology
}

/** Whoever breaks the bench off is left nothing that runs. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void running.run().finally(() => process.exit(1)))
  }
}
