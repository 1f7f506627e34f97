import type { NewResource, Resource, ResourceSummary, SearchAnswer } from '#shared/protocol/agents/knowledge.ts'
import type { StreamEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive } from './live.ts'
import type { TestNode } from './node.ts'
import { newUser, type Failure, type Person } from './people.ts'

/** An agent of somebody's own, who is its Owner. */
export async function newKnowledge(node: TestNode, person?: Person) {
  const owner = person ?? (await newUser(node))
  const { id: workspaceId } = await owner.createWorkspace()
  const { body: agent } = await owner.createAgent(workspaceId)
  return knowledgeOf(node, owner, { workspaceId, agentId: agent.id })
}

export function knowledgeOf(node: TestNode, person: Person, place: { workspaceId: string; agentId: string }) {
  const path = `/api/workspaces/${place.workspaceId}/agents/${place.agentId}`
  const all = `${path}/resources`
  const search = (q: string, limit = 10) =>
    person.get<SearchAnswer & Failure>(`${path}/search?${new URLSearchParams({ q, limit: String(limit) })}`)
  const add = (body: NewResource) => person.post<Resource & Failure>(all, body)
  return {
    owner: person,
    place,
    path,
    all,
    add,
    text: async (title: string, content: string, more: Partial<NewResource> = {}) =>
      (await add({ kind: 'text', title, content, ...more } as NewResource)).body,
    page: (url: string) => add({ kind: 'url', url }),
    get: async (id: string) => (await person.get<Resource>(`${all}/${id}`)).body,
    refresh: (id: string) => person.post<ResourceSummary & Failure>(`${all}/${id}/refresh`),
    search,
    titles: async (q: string, limit = 10) => (await search(q, limit)).body.items.map(({ resource }) => resource.title),
    /** The page, once it was read or could not be for the `nth` time. */
    read: (id: string, nth = 1) => untilRead(node, person, { agentId: place.agentId, id, nth }),
  }
}

async function untilRead(
  node: TestNode,
  person: Person,
  { agentId, id, nth }: { agentId: string; id: string; nth: number },
): Promise<ResourceSummary> {
  const stream = streamOf('agent', agentId)
  const live = await connectLive(node, person)
  const watched = await live.watch(stream, 0)
  const before = 'events' in watched ? watched.events : []
  const outcomes = () => [...before, ...live.eventsOf(stream)].flatMap((event) => outcomeIn(event, id))
  await live.until(() => outcomes().length >= nth)
  live.close()
  return outcomes()[nth - 1] as ResourceSummary
}

/** Only a page that is no longer being read is one that was told of without somebody who acts. */
function outcomeIn(event: StreamEvent, id: string): ResourceSummary[] {
  if (event.type !== 'resource.updated' || event.data.resource.id !== id) return []
  return event.actor === null && event.data.resource.status !== 'fetching' ? [event.data.resource] : []
}
