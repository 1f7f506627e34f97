import { setTimeout as pause } from 'node:timers/promises'
import { act } from './actions.ts'
import { comeToRest, readLog } from './evidence.ts'
import type { Fault } from './fault.ts'
import { checks, revocationLatencies } from './invariants/checks.ts'
import { recovery, type Evidence, type Violation } from './invariants/invariant.ts'
import { seeded } from './random.ts'
import type { Topology } from './topology.ts'
import { arrive, visit } from './visits.ts'
import { World } from './world.ts'

export type Run = {
  fault: Fault
  seed: number
  operations: number
  /** Operations of which nobody was told whether they were done. */
  unknown: number
  violations: Violation[]
  /** Where something was violated: what PostgreSQL logged meanwhile of errors and long waits. */
  logged: string[]
  /** Milliseconds from the end of the fault until the last request failed because of it. */
  recovery: number
  /** Milliseconds, for each person who was removed in front of an open page. */
  revocations: number[]
}

/** How many people do something at any time. */
const busy = 5
/** The longest that a visitor thinks before doing something, in milliseconds. */
const thinking = 600
/** How long all is well before the fault, and after the time that recovery may take, in milliseconds. */
const calm = 800

/** One world under one fault: people at work, the fault, the rest of the work, quiet, and then what must hold. */
export async function run(topology: Topology, fault: Fault, seed: number): Promise<Run> {
  const loggedBefore = topology.postgres.complaints().length
  const earlier = topology.nodes.map(({ complaints }) => complaints.length)
  const world = new World(topology, seeded(seed), `${fault.id.toLowerCase()}s${seed}r${Date.now() % 100_000}`)
  try {
    await world.arrange()
    await Promise.all(world.visitors.map((visitor) => arrive(world, visitor)))
    const arranged = Date.now()
    const stop = work(world, fault.twice ?? false)
    await pause(calm)
    const from = Date.now()
    const broken = await fault.strike(topology, world).then(
      () => null,
      (error: unknown) => String(error),
    )
    const to = Date.now()
    // where it is judged whether requests work again, there have to be some for as long as that may take
    await pause(fault.exercises.includes('I13') ? recovery + calm : calm)
    await stop()
    await comeToRest(topology, world)
    const log = await readLog(topology, world)
    const complaints = topology.nodes.flatMap(({ complaints }, n) => complaints.slice(earlier[n]))
    const operations = [...world.traffic.operations]
    const evidence: Evidence = {
      topology, world, fault, operations, arranged, window: { from, to }, log, complaints, broken,
    } // prettier-ignore
    const violations: Violation[] = []
    for (const check of checks) violations.push(...(await check(evidence)))
    return {
      fault,
      seed,
      operations: operations.length,
      unknown: operations.filter(({ outcome }) => outcome === 'unknown').length,
      violations,
      logged: violations.length > 0 ? topology.postgres.complaints().slice(loggedBefore) : [],
      recovery: recoveryOf(evidence),
      revocations: revocationLatencies(evidence),
    }
  } finally {
    world.end()
  }
}

/** Somebody always does something, until `stop`, which waits for what is under way. */
function work(world: World, twice: boolean): () => Promise<void> {
  let stopped = false
  const untilThen = async (something: () => Promise<void>) => {
    while (!stopped) await something()
  }
  const loops = [
    ...Array.from({ length: busy }, () => untilThen(() => act(world, twice))),
    ...world.visitors.map((visitor) =>
      untilThen(async () => {
        await pause(world.random.below(thinking))
        await visit(world, visitor, twice)
      }),
    ),
  ]
  return async () => {
    stopped = true
    await Promise.all(loops)
  }
}

function recoveryOf({ operations, window }: Evidence): number {
  const failed = operations.flatMap(({ attempts }) =>
    attempts.filter(({ status, at }) => at >= window.from && (status === null || status >= 500)),
  )
  return Math.max(0, ...failed.map(({ until }) => until - window.to))
}
