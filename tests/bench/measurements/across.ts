import { Agent } from 'node:http'
import type postgres from 'postgres'
import { gather, seatsOf, type Audience } from '../audience.ts'
import { sinceEpoch } from '../clock.ts'
import { insertTeam, type Team } from '../crowd.ts'
import { median, pace, quantile, send, Unexpected } from '../load.ts'
import { ms, print, row } from '../print.ts'
import type { BenchServer } from '../servers/child.ts'
import type { Stage } from '../stage.ts'

/** What comes before the first round: a service that has just started runs much of its code uncompiled. */
const warmUp = { perSecond: 100, lead: 20, seconds: 0 }
/**
 * Seconds at the beginning of each round that do not count: whoever waited for its turn has given back memory and forgotten
 * compiled code, as a service under this load never does.
 */
const lead = 4
/** Whose roles change by turns. */
const changed = 16

type Load = { sockets: number; perSecond: number; lead: number; seconds: number; rounds: number; aim: string }
const loads: Load[] = [
  // of 300 events three make the p99, and the disk of this machine takes as many in every third round
  { sockets: 200, perSecond: 50, lead, seconds: 6, rounds: 11, aim: '1.3' },
  { sockets: 1_000, perSecond: 50, lead, seconds: 6, rounds: 5, aim: '1.3' },
  // no lead: the line of what waits would only be longer
  { sockets: 1_000, perSecond: 200, lead: 0, seconds: 2, rounds: 5, aim: '1.0' },
]

/**
 * Milliseconds to each socket: from the moment the change was due, and from its commit (the peer: from its emit).
 * `busy`: milliseconds of node B's processor for each delivery.
 */
type Latencies = { fromRequest: number[]; fromCommit: number[]; busy: number; refused: number }
type Timed = Omit<Latencies, 'busy'> & { deliveries: number }
type Side = (load: Load) => Promise<Latencies>

/**
 * Changes come in on one node, all sockets are on another; beside bare Socket.IO with its Redis adapter, by turns. That emits
 * what it is told of, and, as another row, inserts it into a table first: the least that anybody does who loses nothing.
 */
export async function across(stage: Stage): Promise<void> {
  print('to all sockets, change on node A, sockets on node B         from the request     from the commit, or emit')
  row('', ['p50', 'p99', 'p50', 'p99', 'B busy', 'ratio', 'aim'])
  const { url, sql } = await stage.database()
  const redisUrl = await stage.redis()
  const [a, b] = [await stage.rollcall(url, { redisUrl }), await stage.rollcall(url, { redisUrl })]
  await sql`create table kept (position bigint generated always as identity primary key, event jsonb not null)`
  const settings = { REDIS_URL: redisUrl, ADAPTER: 'sharded', DATABASE_URL: url }
  const [peerA, peerB] = [await stage.server('peer.ts', settings), await stage.server('peer.ts', settings)]
  const clients = await stage.server('audience.ts')
  const team = await insertTeam(sql, 100)

  for (const load of loads) {
    const seats = seatsOf(team)
    const ours = await gather(clients, { ports: [b.port], seats, size: load.sockets })
    const theirs = await gather(clients, { ports: [peerB.port], seats, size: load.sockets })
    const change = changer(a.port, team)
    const sides = {
      rollcall: (load: Load) => busy(b, () => ofRollcall(sql, ours, change, team.workspaceId, load)),
      peer: (load: Load) => busy(peerB, () => ofPeer(peerA, theirs, team.workspaceId, load)),
      keeping: (load: Load) => busy(peerB, () => ofKeepingPeer(sql, peerA, theirs, team.workspaceId, load)),
    }
    if (load === loads[0]) for (const name of names) await sides[name]({ ...load, ...warmUp })
    const heard = await byTurns(load, sides)
    await ours.leave()
    await theirs.leave()
    show(load, heard)
  }
}

const names = ['rollcall', 'peer', 'keeping'] as const
type Heard = Record<(typeof names)[number], Latencies[]>

async function byTurns(load: Load, sides: Record<keyof Heard, Side>): Promise<Heard> {
  const heard: Heard = { rollcall: [], peer: [], keeping: [] }
  for (let round = 0; round <= load.rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      // the first round only warms up
      const latencies = await sides[name](round === 0 ? { ...load, lead: 0, seconds: 1 } : load)
      if (round > 0) heard[name].push(latencies)
    }
  }
  return heard
}

function show({ sockets, perSecond, aim }: Load, { rollcall, peer, keeping }: Heard): void {
  const figures = (rounds: Latencies[]) =>
    (['fromRequest', 'fromCommit'] as const).flatMap((from) =>
      [0.5, 0.99].map((share) => median(rounds.map((round) => quantile(round[from], share)))),
    )
  const [ours, theirs, kept] = [figures(rollcall), figures(peer), figures(keeping)]
  const beside = (others: number[]) => `${((ours[3] ?? NaN) / (others[3] ?? NaN)).toFixed(2)} ×`
  const name = `${sockets} sockets, ${perSecond} events / s`
  const busy = (rounds: Latencies[]) => `${(median(rounds.map((round) => round.busy)) * 1000).toFixed(1)} µs`
  row(`${name}: Rollcall`, [...ours.map(ms), busy(rollcall)])
  const indent = ' '.repeat(name.length)
  row(`${indent}  Socket.IO`, [...theirs.map(ms), busy(peer), beside(theirs), `${aim} ×`])
  row(`${indent}  that keeps`, [...kept.map(ms), busy(keeping), beside(kept)])
  const refused = rollcall.reduce((sum, round) => sum + round.refused, 0)
  if (refused > 0) print(`  (Rollcall refused ${refused} changes: more than it could do)`)
}

async function busy(node: BenchServer, measure: () => Promise<Timed>): Promise<Latencies> {
  const before = await node.cpu()
  const timed = await measure()
  return { ...timed, busy: ((await node.cpu()) - before) / timed.deliveries }
}

/** Answers the position at which it can be seen, or null where it was refused: too much waits already. */
type Change = (agent: Agent) => Promise<number | null>

/** Gives the next of the members another role. */
function changer(port: number, { workspaceId, owner, memberIds }: Team): Change {
  const members = memberIds.slice(1, changed + 1)
  let turn = 0
  return async (agent) => {
    const [nth, lap] = [turn % members.length, Math.floor(turn / members.length)]
    turn += 1
    const path = `/api/workspaces/${workspaceId}/members/${members[nth]}`
    const body = { role: lap % 2 === 0 ? 'viewer' : 'editor' }
    return send(agent, { port, method: 'PATCH', path, body, cookie: owner.cookie, expect: 200 }).then(
      ({ headers }) => Number(/workspace:\S+=(\d+)/.exec(String(headers['stream-position']))?.[1]),
      (error: unknown) => {
        if (error instanceof Unexpected && error.status === 503) return null
        throw error
      },
    )
  }
}

/** The moment of a commit is PostgreSQL's own: taken as it writes the commit's record, before the disk has it. */
async function ofRollcall(
  sql: postgres.Sql,
  audience: Audience,
  change: Change,
  workspaceId: string,
  load: Load,
): Promise<Timed> {
  const epoch = sinceEpoch()
  const stream = `workspace:${workspaceId}`
  await audience.mark()
  const [before] = await sql<{ position: number }[]>`select position::int from streams where name = ${stream}`
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const changes = await paced(load, async (_, due) => ({ due, position: await change(agent) }))
  agent.destroy()
  // also those whose answer came too late
  const committed = await commitsOf(
    sql,
    epoch,
    sql`events where stream = ${stream} and position > ${before?.position ?? 0}`,
  )
  await audience.heard(committed.size * load.sockets)
  const refused = changes.filter(({ position }) => position === null).length
  return { ...(await latencies(audience, load, changes, committed)), refused }
}

async function ofPeer(node: BenchServer, audience: Audience, workspaceId: string, load: Load): Promise<Timed> {
  await audience.mark()
  const emits = await paced(load, async (n, due) => {
    const emitted = (await node.ask({ ask: 'emit', frames: [frameLikeOurs(workspaceId, n + 1)] })) as number
    return { due, emitted, position: n + 1 }
  })
  await audience.heard(emits.length * load.sockets)
  const emitted = new Map(emits.map((one) => [one.position, one.emitted]))
  return { ...(await latencies(audience, load, emits, emitted)), refused: 0 }
}

async function ofKeepingPeer(
  sql: postgres.Sql,
  node: BenchServer,
  audience: Audience,
  workspaceId: string,
  load: Load,
): Promise<Timed> {
  const epoch = sinceEpoch()
  await audience.mark()
  const kept = await paced(load, async (_, due) => {
    const position = (await node.ask({ ask: 'keep', frame: frameLikeOurs(workspaceId, 0) })) as number
    return { due, position }
  })
  await audience.heard(kept.length * load.sockets)
  const first = Math.min(...kept.map(({ position }) => position))
  const committed = await commitsOf(sql, epoch, sql`kept where position >= ${first}`)
  return { ...(await latencies(audience, load, kept, committed)), refused: 0 }
}

/** When each position of these rows was committed, by the clock of this machine. */
async function commitsOf(sql: postgres.Sql, epoch: number, rows: postgres.Fragment): Promise<Map<number, number>> {
  const commits = await sql<{ position: number; at: number }[]>`
    select position::int, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 as at from ${rows}`
  return new Map(commits.map(({ position, at }) => [position, at - epoch]))
}

function paced<T>({ perSecond, lead, seconds }: Load, act: (n: number, due: number) => Promise<T>): Promise<T[]> {
  return pace({ perSecond, seconds: lead + seconds }, act)
}

type Begun = { due: number; position: number | null }

/** Of what came behind the lead. */
async function latencies(audience: Audience, load: Load, begun: Begun[], committed: Map<number, number>) {
  const { positions, times } = await audience.recorded()
  const leading = load.lead * load.perSecond
  const due = new Map(begun.slice(leading).map((one) => [one.position ?? 0, one.due]))
  const since = (moments: Map<number, number>) =>
    [...positions].map((position, n) => (times[n] ?? NaN) - (moments.get(position) ?? NaN)).filter(Number.isFinite)
  const uncounted = new Set(begun.slice(0, leading).map(({ position }) => position))
  const behind = new Map([...committed].filter(([position]) => !uncounted.has(position)))
  return { fromRequest: since(due), fromCommit: since(behind), deliveries: positions.length }
}

/** An event as large as the one that ours carries. */
function frameLikeOurs(workspaceId: string, position: number) {
  const [memberId, displayName] = [workspaceId, 'Ada']
  const data = { memberId, role: 'viewer' }
  const actor = { memberId, displayName }
  const event = { position, type: 'member.role_changed', at: new Date().toISOString(), actor, data }
  return { stream: `workspace:${workspaceId}`, events: [event] }
}
