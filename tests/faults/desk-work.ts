import type { DeskAnswer, ListedConversation } from '#shared/protocol/agents/desk.ts'
import type { RosterAnswer } from '#shared/protocol/requests.ts'
import type { Place, Someone } from './cast.ts'
import { agentPathOf } from './pages.ts'
import type { Operation } from './traffic.ts'
import type { World } from './world.ts'

type Chosen = { place: Place; conversation: ListedConversation; path: string }

/** A conversation that somebody's Help Desk lists, of any agent that has visitors. */
async function chosen(world: World): Promise<Chosen | null> {
  const { place } = world.random.pick(world.visitors)
  const { attempts } = await world.ask(place.owner, {
    what: 'desk',
    method: 'GET',
    path: `${agentPathOf(place)}/desk`,
  })
  const answer = attempts.at(-1)
  if (answer?.status !== 200) return null
  const { unresolved, resolved } = answer.body as DeskAnswer
  const all = [...unresolved, ...resolved]
  if (all.length === 0) return null
  const conversation = world.random.pick(all)
  return { place, conversation, path: `${agentPathOf(place)}/conversations/${conversation.id}` }
}

/** The owner, or somebody who may be a member or not, and one who may answer or not. */
function someMember(world: World, { owner }: Place): Someone {
  return world.random.chance(0.5) ? owner : world.random.pick(world.candidates)
}

/** Whoever answers first takes the conversation over. */
export async function answer(world: World, twice: boolean): Promise<Operation | null> {
  const found = await chosen(world)
  if (!found) return null
  const text = world.mark()
  return world.ask(someMember(world, found.place), {
    what: 'answer', method: 'POST', path: `${found.path}/messages`, body: { text }, keyed: true, marker: text, twice,
  }) // prettier-ignore
}

/** Somebody gives a conversation to a member or back to the Assistant, resolves it, or opens it again. */
export async function turn(world: World, twice: boolean): Promise<Operation | null> {
  const found = await chosen(world)
  if (!found) return null
  const { place, conversation, path } = found
  const who = someMember(world, place)
  const change = async (body: object) => world.ask(who, { what: 'turn', method: 'PATCH', path, body, twice })
  if (world.random.chance(0.3)) return change({ state: conversation.state === 'resolved' ? 'open' : 'resolved' })
  if (conversation.assigneeId !== null && world.random.chance(0.7)) return change({ assigneeId: null })
  const roster = await world.read<RosterAnswer>(place.owner, `/api/workspaces/${place.id}/roster`).catch(() => null)
  return roster && change({ assigneeId: world.random.pick(roster.members).id })
}
