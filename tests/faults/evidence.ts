import { setTimeout as pause } from 'node:timers/promises'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import type { LoggedEvent } from '#server/core/event-log.ts'
import type { Topology } from './topology.ts'
import type { World } from './world.ts'

/** The longest that everything may take to come to rest, in milliseconds. What has not by then is a violation. */
const patience = 20_000

/** Waits until nothing is under way any more: every job is done, and every open page is where the log is. */
export async function comeToRest(topology: Topology, world: World): Promise<void> {
  const deadline = Date.now() + patience
  while (Date.now() < deadline) {
    if ((await jobsAreDone(topology)) && pagesAreAt(world, await headsOf(topology, world))) return
    await pause(100)
  }
}

/** What failed waits longer each time; an operator who has mended the cause would not wait for that either. */
async function jobsAreDone({ postgres }: Topology): Promise<boolean> {
  const waiting = await postgres.owner<{ id: string }[]>`
    select id from graphile_worker.jobs
    where task_identifier in ('send-email', 'answer-visitor') and attempts < max_attempts`
  if (waiting.length > 0) {
    await postgres.owner`
      update graphile_worker._private_jobs set run_at = now()
      where id = any(${waiting.map(({ id }) => id)}) and locked_at is null and run_at > now()`
  }
  return waiting.length === 0
}

function pagesAreAt({ watchers }: World, heads: Map<string, number>): boolean {
  return watchers.every(({ screen }) =>
    [...screen.kept.values()].every(({ stream, position, closed }) => closed || position === (heads.get(stream) ?? 0)),
  )
}

/** Of conversations all that there are: also one that its visitor was never told of. */
async function streamsOf({ postgres }: Topology, world: World): Promise<Stream[]> {
  const agents = world.places.flatMap(({ agentId }) => agentId ?? [])
  const conversations = await postgres.owner<{ name: Stream }[]>`
    select name from streams where agent_id = any(${agents}) and name like 'conversation:%'`
  return [
    ...conversations.map(({ name }) => name),
    ...world.places.map(({ id }) => streamOf('workspace', id)),
    ...world.places.flatMap(({ agentId }) => (agentId ? [streamOf('agent', agentId)] : [])),
    ...new Set(world.places.map(({ accountId }) => streamOf('account', accountId))),
    ...world.people.map(({ userId }) => streamOf('user', userId)),
  ]
}

async function headsOf(topology: Topology, world: World): Promise<Map<string, number>> {
  const rows = await topology.postgres.owner<{ name: string; position: number }[]>`
    select name, position::int from streams where name = any(${await streamsOf(topology, world)})`
  return new Map(rows.map(({ name, position }) => [name, position]))
}

/** The events of every stream of this world, in order. */
export async function readLog(topology: Topology, world: World): Promise<Map<string, LoggedEvent[]>> {
  const rows = await topology.postgres.owner<(LoggedEvent & { stream: string; at: unknown })[]>`
    select stream, position::int, type, at, actor, data, revokes, behind::int from events
    where stream = any(${await streamsOf(topology, world)})
    order by stream, position`
  const log = new Map<string, LoggedEvent[]>()
  for (const { stream, ...event } of rows) {
    const events = log.get(stream) ?? []
    events.push({ ...event, at: new Date(event.at as string).toISOString() } as LoggedEvent)
    log.set(stream, events)
  }
  return log
}
