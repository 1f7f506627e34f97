import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import type { RosterAnswer } from '#shared/protocol/requests.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { agentState, deskState, userState, workspaceState } from '../../support/states.ts'
import { agentPathOf } from '../pages.ts'
import type { Place, Someone } from '../cast.ts'
import { agentIn, conversationsIn } from './conversations.ts'
import { violated, type Check, type Evidence, type Violation } from './invariant.ts'
import { differenceIn } from './shown.ts'

type Interval = { from: number; joinedAt: number; to: number; removedAt: number | null }

/** When somebody could see a workspace, by positions: from their joining to their removal. */
function membershipsIn({ log }: Evidence, place: Place, someone: Someone): Interval[] {
  const intervals: Interval[] = []
  let memberId: string | null = null
  for (const { type, data, position, at } of log.get(`workspace:${place.id}`) ?? []) {
    const told = data as { memberId?: string; member?: { id: string; userId: string } }
    if (type === 'member.joined' && told.member?.userId === someone.userId) {
      memberId = told.member.id
      intervals.push({ from: position, joinedAt: Date.parse(at), to: Infinity, removedAt: null })
    }
    const last = intervals.at(-1)
    if ((type === 'member.removed' || type === 'member.left') && told.memberId === memberId && last) {
      last.to = position
      last.removedAt = Date.parse(at)
    }
  }
  return intervals
}

/** S4: a connection hears each stream in order, each event once, and without a hole. */
export const ordered: Check = ({ world }) => {
  const found: string[] = []
  for (const { name, screen } of world.watchers) {
    const last = new Map<Stream, number>()
    for (const { stream, events, after, answered } of screen.heard) {
      const before = answered === null ? (last.get(stream) ?? Number.NaN) : after
      const positions = events.map(({ position }) => position)
      if (before !== null && positions.some((position, n) => position !== before + 1 + n))
        found.push(`${name} heard ${positions.join(' ')} of ${stream} after ${before}`)
      if (after !== null && after + events.length !== answered)
        found.push(`${name} was answered ${events.length} events of ${stream} from ${after} to ${answered}`)
      last.set(stream, answered ?? positions.at(-1) ?? Number.NaN)
    }
  }
  return violated('S4', found)
}

/** S6: whatever becomes of Redis, open pages hear within a second, and what a busy machine adds. In milliseconds. */
const soonEnough = 2_000

/** S6, where Redis is what breaks: an event that a page heard late had nobody who read the heads of the log. */
export const prompt: Check = ({ world, fault }) => {
  if (!['F10', 'F11', 'F12'].includes(fault.id)) return []
  const late = world.watchers.flatMap(({ name, screen }) =>
    screen.heard.flatMap(({ stream, events, at, answered }) =>
      answered !== null ? [] : events.filter((event) => at - Date.parse(event.at) > soonEnough).map((event) => `${name} heard ${event.type} ${event.position} of ${stream} after ${at - Date.parse(event.at)} ms`),
    ),
  ) // prettier-ignore
  return violated('S6', late)
}

/** S7: whoever signs out is cut off, here by the event alone, before any sweep. */
export const cutOff: Check = ({ operations, fault }) => {
  if (fault.id !== 'F0') return []
  const left = operations.filter(({ note }) => note?.['cut'] === false)
  return violated(
    'S7',
    left.map(({ who }) => `${who} had signed out and stayed connected`),
  )
}

/**
 * I5: nothing that was committed after somebody's removal reaches them. Whoever came back may read what happened
 * meanwhile, but not before they were back.
 */
export const evicted: Check = (evidence) => {
  const found: Violation[] = []
  const conversations = conversationsIn(evidence)
  for (const place of evidence.world.places.filter(({ deleted }) => !deleted)) {
    const below = conversations.filter(([, events]) => agentIn(events) === place.agentId).map(([stream]) => stream)
    const streams = new Set<string>([`workspace:${place.id}`, `agent:${place.agentId}`, ...below])
    for (const someone of evidence.world.people) {
      const intervals = membershipsIn(evidence, place, someone)
      const heard = someone.screen.heard.filter(({ stream }) => streams.has(stream))
      const leaked = heard.flatMap(({ at, stream, events }) =>
        events
          .filter((event) => {
            const committed = momentOf(evidence, stream, event)
            return !intervals.some(({ joinedAt, to }) => joinedAt <= at && committed <= to)
          })
          .map(({ position, type }) => ({ stream, position, type })),
      )
      found.push(
        ...violated(
          'I5',
          leaked.map(
            ({ stream, position, type }) =>
              `${someone.name} heard ${type} ${position} of ${stream} in ${place.id}, a member from ${intervals.map(({ from, to }) => `${from} to ${to}`).join(', ')}`,
          ),
        ),
      )
    }
  }
  return found
}

/** When an event was committed, by positions of the workspace: below it, right behind the one that it stands behind. */
function momentOf({ log }: Evidence, stream: Stream, { position }: { position: number }): number {
  if (stream.startsWith('workspace:')) return position
  const behind = log.get(stream)?.find((event) => event.position === position)?.behind
  return (behind ?? Infinity) + 0.5
}

/** I6: whoever belongs nowhere hears of nothing; and no name of a workspace reaches those whom it never let in. */
export const canaries: Check = (evidence) => {
  const { world } = evidence
  const { stranger } = world
  const heard = [...stranger.read, ...stranger.screen.heard.map((frame) => JSON.stringify(frame))].join('\n')
  const secret = [
    ...world.places.flatMap(({ names }) => names),
    ...world.people.filter((one) => one !== stranger).map(({ email }) => email),
  ]
  const leaks = secret.filter((word) => heard.includes(word)).map((word) => `${stranger.name} heard ${word}`)
  const outsiders = world.places.flatMap((place) =>
    world.candidates
      .filter((someone) => membershipsIn(evidence, place, someone).length === 0 && world.tokensOf(someone, place).length === 0)
      .filter((someone) => [...someone.read, ...someone.screen.heard.map((frame) => JSON.stringify(frame))].some((text) => place.names.some((name) => text.includes(name))))
      .map((someone) => `${someone.name} heard of ${place.names[0]} without an invitation`),
  ) // prettier-ignore
  return violated('I6', [...leaks, ...outsiders])
}

/** I10: what a page shows is what a fresh reading gives, for everybody who may read. */
export const converged: Check = async (evidence) => {
  const { world } = evidence
  const found: string[] = []
  for (const place of world.places.filter(({ deleted }) => !deleted)) {
    const roster = await world.must<RosterAnswer>(place.owner, {
      what: 'roster', method: 'GET', path: `/api/workspaces/${place.id}/roster`,
    }) // prettier-ignore
    const members = new Set(roster.members.map(({ userId }) => userId))
    const present = world.people.filter(({ userId }) => members.has(userId))
    const fresh = workspaceState(roster)
    found.push(...present.flatMap((who) => differenceIn(evidence, who, streamOf('workspace', place.id), { fresh })))
    if (place.agentId) found.push(...(await agentsDifferences(evidence, place, present)))
  }
  for (const who of world.people) {
    const fresh = userState(await world.me(who))
    found.push(...differenceIn(evidence, who, streamOf('user', who.userId), { fresh }))
  }
  return violated('I10', found)
}

/** By what each of them looks at: what the agent knows, or its Help Desk. */
async function agentsDifferences(evidence: Evidence, place: Place, present: Someone[]): Promise<string[]> {
  const { world } = evidence
  const read = <T>(what: string) =>
    world.must<T>(place.owner, { what, method: 'GET', path: `${agentPathOf(place)}/${what}` })
  const knowledge = agentState(await read<AgentStateAnswer>('state'))
  const desk = deskState(await read<DeskAnswer>('desk'))
  return present.flatMap((who) => {
    const fresh = world.looksAtDesk(who) ? desk : knowledge
    return differenceIn(evidence, who, streamOf('agent', place.agentId ?? ''), { fresh })
  })
}

/** Milliseconds until somebody who was removed was told so on their open page. */
export function revocationLatencies(evidence: Evidence): number[] {
  return evidence.world.places.flatMap((place) =>
    evidence.world.candidates.flatMap(({ screen, ...someone }) => {
      const stream = `workspace:${place.id}`
      return membershipsIn(evidence, place, { ...someone, screen }).flatMap(({ removedAt, to }) => {
        if (removedAt === null) return []
        // only where the page was watching: it had heard of this stream, and was connected then
        const connection = screen.changes.findLast(({ at }) => at <= removedAt)
        const watched = screen.heard.some((frame) => frame.stream === stream && frame.at < removedAt && (frame.events.at(-1)?.position ?? 0) < to)
        if (!connection?.connected || !watched) return []
        const end = screen.closed.find((frame) => frame.stream === stream && frame.at >= removedAt - 1_000)
        const lost = screen.changes.find(({ at, connected }) => !connected && at >= removedAt)
        const told = Math.min(end?.at ?? Infinity, lost?.at ?? Infinity)
        return [Math.max(0, told - removedAt)]
      })
    }),
  ) // prettier-ignore
}

/** I11: whoever lost the right is out within two seconds where all is well, and within thirty whatever is broken. */
export const revoked: Check = (evidence) => {
  const latencies = revocationLatencies(evidence)
  const most = evidence.fault.id === 'F0' ? 2_000 : 30_000
  return violated(
    'I11',
    latencies.filter((one) => one > most).map((one) => `somebody was told after ${one} ms that they were removed`),
  )
}
