import { seatTrigger } from './invariants/rows.ts'
import { startTopology, type Topology } from './topology.ts'

/** The processes of the bench, with the trigger that keeps what only a single commit shows. */
export async function startBench(options: Parameters<typeof startTopology>[0] = {}): Promise<Topology> {
  const topology = await startTopology(options)
  await topology.postgres.owner.unsafe(seatTrigger)
  return topology
}
