import { expect } from 'vitest'
import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import type { AgentEvent, UserEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { isUnread, placesOf, withRead, withWritten } from '#shared/state/unread.ts'
import { connectLive } from './live.ts'
import type { TestNode } from './node.ts'
import type { Person } from './people.ts'

/** The conversations of an agent with something that this person has not read, as the snapshot has them. */
export async function unreadOf(person: Person, agentPath: string): Promise<string[]> {
  const { body } = await person.get<DeskAnswer>(`${agentPath}/desk`)
  return body.unread.map(({ conversationId }) => conversationId).sort()
}

type Reader = { person: Person; memberId: string; agentId: string; path: string }

/** S3 of what one member has not read: the old snapshot, what the agent's stream told since, and what their own did. */
export async function verifyUnread<R>(node: TestNode, reader: Reader, act: () => Promise<R>): Promise<R> {
  const { person, memberId, agentId, path } = reader
  const { body: before } = await person.get<DeskAnswer>(`${path}/desk`)
  const { position, user } = await person.me()
  const result = await act()
  const live = await connectLive(node, person)
  const told = await live.watch(streamOf('agent', agentId), before.position)
  const own = await live.watch(streamOf('user', user.id), position)
  live.close()
  if (!('events' in told) || !('events' in own)) throw new Error('The streams could not be watched.')
  const written = (told.events as AgentEvent[]).reduce(
    (places, event) => withWritten(places, event, memberId),
    placesOf(before.unread),
  )
  const read = (own.events as UserEvent[]).reduce(withRead, {})
  const kept = Object.keys(written).filter((id) => isUnread(written, read, id))
  expect(kept.sort()).toEqual(await unreadOf(person, path))
  return result
}
