import { streamOf } from '#shared/protocol/streams.ts'
import type { VisitorConversation } from '#shared/protocol/visitors.ts'
import type { Visitor } from './cast.ts'
import type { Operation } from './traffic.ts'
import type { World } from './world.ts'

/** The most conversations that one visitor begins. */
const mostBegun = 2

type Action = (world: World, visitor: Visitor, twice: boolean) => Promise<Operation | null>

/** What visitors do, by how often. */
const actions: readonly (readonly [number, Action])[] = [
  [12, write],
  [2, beginAnother],
  [2, askForPerson],
  [1, introduce],
  [2, blink],
  [2, intrude],
  [2, pry],
]
const total = actions.reduce((sum, [weight]) => sum + weight, 0)

/** A visitor's first words at an agent: until then nobody knows their token. */
export async function arrive(world: World, visitor: Visitor): Promise<void> {
  await beginConversation(world, visitor, false)
  visitor.screen.open()
}

/** A visitor does one random thing. `twice`: sometimes sends a request to two nodes at once. */
export async function visit(world: World, visitor: Visitor, twice: boolean): Promise<void> {
  let at = world.random.below(total)
  const [, action] = actions.find(([weight]) => (at -= weight) < 0) ?? [0, write]
  await action(world, visitor, twice && world.random.chance(0.4))
}

/** The conversation is on the visitor's page from then on. */
async function beginConversation(world: World, visitor: Visitor, twice: boolean): Promise<Operation> {
  const text = world.mark()
  const operation = await world.ask(visitor, {
    what: 'begin', method: 'POST', path: `${visitor.path}/conversations`, body: { text }, keyed: true, marker: text, twice,
  }) // prettier-ignore
  const done = operation.attempts.find(({ status }) => status === 201)
  if (done) world.showOwn(visitor, (done.body as VisitorConversation).id)
  return operation
}

async function beginAnother(world: World, visitor: Visitor, twice: boolean): Promise<Operation | null> {
  return visitor.conversations.length < mostBegun ? beginConversation(world, visitor, twice) : null
}

async function write(world: World, visitor: Visitor, twice: boolean): Promise<Operation | null> {
  if (visitor.conversations.length === 0) return beginConversation(world, visitor, twice)
  const text = world.mark()
  const path = `${visitor.path}/conversations/${world.random.pick(visitor.conversations)}/messages`
  return world.ask(visitor, {
    what: 'writeAsVisitor', method: 'POST', path, body: { text }, keyed: true, marker: text, twice,
  }) // prettier-ignore
}

async function askForPerson(world: World, visitor: Visitor, twice: boolean): Promise<Operation | null> {
  const [id] = visitor.conversations
  const path = `${visitor.path}/conversations/${id}/person`
  return id ? world.ask(visitor, { what: 'askForPerson', method: 'POST', path, twice }) : null
}

/** Who has said so once is told that it is known: nothing changes any more. */
async function introduce(world: World, visitor: Visitor, twice: boolean): Promise<Operation> {
  const name = world.mark()
  const body = { name, email: `${name}@visitor.example.com` }
  return world.ask(visitor, { what: 'introduce', method: 'PUT', path: `${visitor.path}/visitor`, body, twice })
}

/** A connection is lost and comes back, at another node. */
async function blink(_world: World, visitor: Visitor): Promise<null> {
  visitor.screen.lose()
  return null
}

/** Reads or writes by the visitor's own token where somebody else's conversation is. */
async function intrude(world: World, visitor: Visitor): Promise<Operation | null> {
  const id = othersConversation(world, visitor)
  if (!id) return null
  const path = `${visitor.path}/conversations/${id}`
  if (world.random.chance(0.5)) return world.ask(visitor, { what: 'intrudeAsVisitor', method: 'GET', path })
  const text = world.mark()
  return world.ask(visitor, {
    what: 'intrudeAsVisitor', method: 'POST', path: `${path}/messages`, body: { text }, keyed: true, marker: text,
  }) // prettier-ignore
}

/** Asks the live side for what is not the visitor's by its name. */
async function pry(world: World, visitor: Visitor): Promise<null> {
  const { id, agentId } = visitor.place
  const others = othersConversation(world, visitor)
  const streams = [streamOf('workspace', id), streamOf('agent', agentId ?? '')]
  if (others) streams.push(streamOf('conversation', others), streamOf('conversation', others))
  await visitor.screen.pry(world.random.pick(streams))
  return null
}

function othersConversation(world: World, visitor: Visitor): string | null {
  const all = world.visitors.filter((one) => one !== visitor).flatMap(({ conversations }) => conversations)
  return all.length > 0 ? world.random.pick(all) : null
}
