import { isDeepStrictEqual } from 'node:util'
import type { ConversationAnswer } from '#shared/protocol/agents/conversations.ts'
import { mostMessagesInSnapshot } from '#shared/state/snapshots.ts'
import type { ConversationEvent } from '#shared/protocol/events.ts'
import type { RosterAnswer } from '#shared/protocol/requests.ts'
import { idOf, kindOf, streamOf, type Stream } from '#shared/protocol/streams.ts'
import type { VisitorConversationAnswer } from '#shared/protocol/visitors.ts'
import { applyConversationEvent } from '#shared/state/apply-event.ts'
import type { VisitorState } from '#shared/state/apply-visitor-event.ts'
import type { ConversationState } from '#shared/state/snapshots.ts'
import type { LoggedEvent } from '#server/core/event-log.ts'
import { conversationState } from '../../support/states.ts'
import { agentPathOf } from '../pages.ts'
import type { Operation } from '../traffic.ts'
import type { Place, Visitor } from '../cast.ts'
import { violated, type Check, type Evidence, type Violation } from './invariant.ts'
import { differenceIn } from './shown.ts'

/** The conversations of the world by their streams. */
export function conversationsIn({ log }: Evidence): [Stream, LoggedEvent[]][] {
  return [...log].filter(([stream]) => kindOf(stream as Stream) === 'conversation') as [Stream, LoggedEvent[]][]
}

/** What was written, in order. */
export function textsIn(events: readonly LoggedEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'message.created' ? [event.data.message.text] : []))
}

/** The agent that a conversation is of. */
export function agentIn(events: readonly LoggedEvent[]): string | null {
  const [first] = events
  return first?.type === 'conversation.created' ? first.data.conversation.agentId : null
}

/** I3 and I10 for conversations: the rows are what the events say, and what members have on their pages. */
export const told: Check = async (evidence) => {
  const found: Violation[] = []
  for (const [stream, events] of conversationsIn(evidence)) {
    const place = evidence.world.places.find(({ agentId }) => agentId === agentIn(events))
    if (!place || place.deleted) continue
    const fresh = await readAsOwner(evidence, place, idOf(stream))
    const folded = (events as unknown as ConversationEvent[]).reduce<ConversationState>(applyConversationEvent, null)
    if (!isDeepStrictEqual(folded, fresh))
      found.push({ invariant: 'I3', what: `the events of ${stream} do not tell it as it is` })
    found.push(...violated('I10', await shownToMembers(evidence, place, stream, fresh)))
  }
  return found
}

async function readAsOwner({ world }: Evidence, place: Place, id: string): Promise<ConversationState> {
  const path = `${agentPathOf(place)}/conversations/${id}`
  return conversationState(
    await world.must<ConversationAnswer>(place.owner, { what: 'conversation', method: 'GET', path }),
  )
}

/** Only those who have opened it. */
async function shownToMembers(evidence: Evidence, place: Place, stream: Stream, fresh: unknown): Promise<string[]> {
  const { world } = evidence
  const path = `/api/workspaces/${place.id}/roster`
  const roster = await world.must<RosterAnswer>(place.owner, { what: 'roster', method: 'GET', path })
  const members = new Set(roster.members.map(({ userId }) => userId))
  return world.people
    .filter(({ userId, screen }) => members.has(userId) && screen.kept.has(stream))
    .flatMap((who) => differenceIn(evidence, who, stream, { fresh }))
}

/** I10 for visitors: their pages show their conversations, and the members who wrote there, as a fresh reading does. */
export const shownToVisitors: Check = async (evidence) => {
  const found: string[] = []
  for (const visitor of evidence.world.visitors) {
    for (const id of visitor.conversations) found.push(...(await ownDifferences(evidence, visitor, id)))
  }
  return violated('I10', found)
}

async function ownDifferences(evidence: Evidence, visitor: Visitor, id: string): Promise<string[]> {
  const stream = streamOf('conversation', id)
  const { conversation, messages, faces } = await evidence.world.must<VisitorConversationAnswer>(visitor, {
    what: 'ownConversation', method: 'GET', path: `${visitor.path}/conversations/${id}`,
  }) // prettier-ignore
  const newest = (shown: unknown) => {
    const state = shown as VisitorState
    return { ...state, messages: state.messages.slice(-mostMessagesInSnapshot) }
  }
  const known = visitor.screen.faces.get(stream)
  const stale = faces.filter((face) => {
    const shown = known?.get(face.memberId)
    // a face that could not be looked up then is shown by name alone until the page comes back
    if (!shown) return evidence.fault.id === 'F0'
    return shown.name !== face.name || shown.avatarUrl !== face.avatarUrl
  })
  return [
    ...differenceIn(evidence, visitor, stream, { fresh: { conversation, messages }, state: newest }),
    ...stale.map(({ name }) => `${visitor.name} does not see ${name} in ${stream} as they are`),
  ]
}

/** I7 and I8 for messages: each that the log tells of is stored once, at its place, and no other. */
export const stored: Check = async (evidence) => {
  const { topology, world } = evidence
  const agents = world.places.flatMap(({ agentId }) => agentId ?? [])
  const rows = await topology.postgres.owner<{ stream: string; places: number[]; texts: string[]; count: number }[]>`
    select
      'conversation:' || c.id as stream, c.message_count as count,
      array_agg(m.place order by m.place) filter (where m.id is not null) as places,
      array_agg(m.text order by m.place) filter (where m.id is not null) as texts
    from conversations c left join messages m on m.conversation_id = c.id
    where c.agent_id = any(${agents})
    group by c.id, c.message_count`
  const wrong = rows.filter(({ stream, places, texts, count }) => {
    const logged = textsIn(evidence.log.get(stream) ?? [])
    const inOrder = (places ?? []).every((place, n) => place === n + 1)
    return !inOrder || count !== logged.length || !isDeepStrictEqual([...(texts ?? [])], logged)
  })
  return violated(
    'I7',
    wrong.map(({ stream }) => `${stream} does not hold what its log tells of`),
  )
}

/** I9 for writers: what was answered before something else was asked stands before it. */
export const inTurn: Check = (evidence) => {
  const found: string[] = []
  for (const [stream, events] of conversationsIn(evidence)) {
    const places = new Map(textsIn(events).map((text, n) => [text, n]))
    const written = evidence.operations.filter(
      ({ outcome, marker }) => outcome === 'ok' && marker !== null && places.has(marker),
    )
    for (const later of written) {
      const overtaken = written.find(
        (one) => one.who === later.who && answeredAt(one) < askedAt(later) && placeOf(one) > placeOf(later),
      )
      if (overtaken) found.push(`${later.who} wrote ${later.marker} after ${overtaken.marker} in ${stream}`)
    }
    function placeOf({ marker }: Operation): number {
      return places.get(marker ?? '') ?? NaN
    }
  }
  return violated('I9', found)
}

function askedAt({ attempts }: Operation): number {
  return attempts[0]?.at ?? NaN
}

function answeredAt({ attempts }: Operation): number {
  return Math.min(...attempts.filter(({ status }) => status !== null && status < 400).map(({ until }) => until))
}
