import { expect } from 'vitest'
import {
  eventsOf,
  type AccountEvent,
  type AgentEvent,
  type ConversationEvent,
  type StreamEvent,
  type UserEvent,
  type WorkspaceEvent,
} from '#shared/protocol/events.ts'
import type { ConversationAnswer } from '#shared/protocol/agents/conversations.ts'
import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import { seatsOf } from '#shared/plans.ts'
import { kindOf, streamOf, type Stream } from '#shared/protocol/streams.ts'
import {
  applyAccountEvent,
  applyAgentEvent,
  applyConversationEvent,
  applyUserEvent,
  applyWorkspaceEvent,
} from '#shared/state/apply-event.ts'
import { applyDeskEvent } from '#shared/state/apply-desk-event.ts'
import type { AgentState, ConversationState, DeskState, UserState, WorkspaceState } from '#shared/state/snapshots.ts'
import { connectLive } from './live.ts'
import type { TestNode } from './node.ts'
import type { Person } from './people.ts'
import { agentState, deskState, userState, workspaceState } from './states.ts'

/** `desk`: the Help Desk's lists, which are kept from the agent's stream, too. */
type Watched = { stream: Stream; position: number; state: unknown; desk?: boolean }

/**
 * S3: old state + events = new state, for the workspace and its account as `watcher` sees them and for each person's own
 * stream; the events come over the real socket and fit their strict schemas without a gap. Answers what `act` answers.
 */
export async function verifyCommand<R>(
  node: TestNode,
  watcher: Person,
  workspaceId: string,
  people: Person[],
  act: () => Promise<R>,
): Promise<R> {
  const before = await snapshots(watcher, workspaceId, people)
  const result = await act()
  const after = await snapshots(watcher, workspaceId, people)
  for (const [index, old] of before.entries()) {
    const fresh = after[index]
    if (!fresh) continue
    const reader = kindOf(old.stream) === 'user' ? (people[ownerIndex(before, index)] ?? watcher) : watcher
    await expectEventsToGive(node, reader, old, fresh)
  }
  return result
}

/** The ids of an agent, and of a conversation in it where that is what changes. */
export type AgentPlace = { workspaceId: string; agentId: string; conversationId?: string }

/** S3 for the streams below a workspace's: of the agent, with its Help Desk, and of one of its conversations if named. */
export async function verifyInAgent<R>(
  node: TestNode,
  watcher: Person,
  place: AgentPlace,
  act: () => Promise<R>,
): Promise<R> {
  const before = await agentSnapshots(watcher, place)
  const result = await act()
  const after = await agentSnapshots(watcher, place)
  for (const [index, old] of before.entries()) await expectEventsToGive(node, watcher, old, after[index])
  return result
}

async function agentSnapshots(
  watcher: Person,
  { workspaceId, agentId, conversationId }: AgentPlace,
): Promise<Watched[]> {
  const path = `/api/workspaces/${workspaceId}/agents/${agentId}`
  const { body: held } = await watcher.get<AgentStateAnswer>(`${path}/state`)
  const { body: listed } = await watcher.get<DeskAnswer>(`${path}/desk`)
  const stream = streamOf('agent', agentId)
  const agent = { stream, position: held.position, state: agentState(held) }
  const desk = { stream, position: listed.position, state: deskState(listed), desk: true }
  if (!conversationId) return [agent, desk]
  const { body } = await watcher.get<ConversationAnswer>(`${path}/conversations/${conversationId}`)
  const conversation = { conversation: body.conversation, messages: body.messages }
  return [
    agent,
    desk,
    { stream: streamOf('conversation', conversationId), position: body.position, state: conversation },
  ]
}

async function expectEventsToGive(node: TestNode, reader: Person, old: Watched, fresh: Watched | undefined) {
  const events = await readAfter(node, reader, old.stream, old.position)
  expect(events.map((event) => event.position)).toEqual(events.map((_, nth) => old.position + 1 + nth))
  for (const event of events) expectStrict(old.stream, event)
  expect(applied(old, events)).toEqual(fresh?.state)
  expect(fresh?.position).toBe(old.position + events.length)
}

/**
 * S3 from the first event on: what the log tells of a workspace, of its account and of the reader's own list gives the
 * snapshot, so that something that was just made is all there.
 */
export async function verifyFromTheStart(node: TestNode, owner: Person, workspaceId: string): Promise<void> {
  const beginnings = [null, seatsOf({ plan: 'free', addonSeats: 0, active: 0, pending: 0 }), noUser]
  for (const [index, fresh] of (await snapshots(owner, workspaceId, [owner])).entries()) {
    const events = await readAfter(node, owner, fresh.stream, 0)
    expect(events.map((event) => event.position)).toEqual(events.map((_, nth) => nth + 1))
    for (const event of events) expectStrict(fresh.stream, event)
    expect(applied({ stream: fresh.stream, state: beginnings[index] }, events)).toEqual(fresh.state)
    expect(fresh.position).toBe(events.length)
  }
}

/** S3 from the first event on, of a conversation and of its agent's Help Desk. */
export async function verifyConversationFromTheStart(node: TestNode, reader: Person, place: Required<AgentPlace>) {
  const [, listed, fresh] = await agentSnapshots(reader, place)
  await expectEventsToGive(node, reader, { stream: streamOf('agent', place.agentId), position: 0, state: noLists, desk: true }, listed) // prettier-ignore
  await expectEventsToGive(node, reader, { stream: streamOf('conversation', place.conversationId), position: 0, state: null }, fresh) // prettier-ignore
}

const noLists: DeskState = { unresolved: [], resolved: [] }

/** Before somebody signed up. */
export const noUser: UserState = {
  user: { id: '', email: '', name: '', emailVerified: false },
  pendingEmail: null,
  billing: { provider: 'manual', status: 'none', graceUntil: null, cancelsAt: null },
  workspaces: [],
  waiting: [],
  unreadNotifications: {},
}

function ownerIndex(all: Watched[], index: number): number {
  return all.slice(0, index).filter((one) => kindOf(one.stream) === 'user').length
}

async function snapshots(watcher: Person, workspaceId: string, people: Person[]): Promise<Watched[]> {
  const roster = await watcher.roster(workspaceId)
  const users = await Promise.all(people.map((person) => person.me()))
  const shared: Watched[] = []
  if (roster.workspace) {
    shared.push({
      stream: streamOf('workspace', workspaceId),
      position: roster.position,
      state: workspaceState(roster),
    })
    shared.push({
      stream: streamOf('account', roster.workspace.accountId),
      position: roster.accountPosition,
      state: roster.seats,
    })
  }
  return [
    ...shared,
    ...users.map((me) => ({ stream: streamOf('user', me.user.id), position: me.position, state: userState(me) })),
  ]
}

async function readAfter(node: TestNode, reader: Person, stream: Stream, after: number): Promise<StreamEvent[]> {
  const live = await connectLive(node, reader)
  const answer = await live.watch(stream, after)
  live.close()
  if (!answer.ok || !('events' in answer)) throw new Error(`${stream} could not be watched: ${JSON.stringify(answer)}`)
  return answer.events
}

export function applied(
  { stream, state, desk }: Pick<Watched, 'stream' | 'state' | 'desk'>,
  events: StreamEvent[],
): unknown {
  if (kindOf(stream) === 'workspace')
    return (events as WorkspaceEvent[]).reduce(applyWorkspaceEvent, state as WorkspaceState)
  if (kindOf(stream) === 'user') return (events as UserEvent[]).reduce(applyUserEvent, state as UserState)
  if (desk) return (events as AgentEvent[]).reduce(applyDeskEvent, state as DeskState)
  if (kindOf(stream) === 'agent') return (events as AgentEvent[]).reduce(applyAgentEvent, state as AgentState)
  if (kindOf(stream) === 'conversation')
    return (events as ConversationEvent[]).reduce(applyConversationEvent, state as ConversationState)
  return (events as AccountEvent[]).reduce(applyAccountEvent, state as never)
}

function expectStrict(stream: Stream, event: StreamEvent): void {
  const schema = Reflect.get(eventsOf[kindOf(stream)], event.type) as { parse: (data: unknown) => unknown } | undefined
  expect(schema, event.type).toBeDefined()
  expect(schema?.parse(event.data)).toEqual(event.data)
}
