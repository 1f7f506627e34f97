import { expect, test } from 'vitest'
import type { ConversationEvent } from '#shared/protocol/events.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import { applyConversationEvent } from '#shared/state/apply-event.ts'
import { newDesk, type Desk } from '../support/desk.ts'
import { useGatewayBeside } from '../support/gateway-beside.ts'
import { connectLive, positionIn, type Live } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { join, newTeam } from '../support/people.ts'

const node = useNode()
/** Hears of what is committed at the node when a test says so. */
const beside = useGatewayBeside(node)

test('S4 a member who watches an agent and a conversation gets their events in order, each once', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, barbara, begin, write, change, snapshot } = desk
  const { id } = await begin(ada, { text: 'Hello?' })
  const [agent, conversation] = [streamOf('agent', desk.agent.id), streamOf('conversation', id)]
  const before = await snapshot(barbara, id)
  const live = await connectLive(node(), barbara)
  const begun = [{ position: 1, type: 'conversation.created' }, { position: 2, type: 'conversation.listed' }] // prettier-ignore
  expect(await live.watch(agent, 0)).toMatchObject({ ok: true, position: 2, events: begun })
  expect(await live.watch(conversation, before.position, before.epoch)).toMatchObject({ ok: true, events: [] })
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, n) => write(n % 2 ? ada : edsger, id, `Number ${n}`)),
  )
  const asked = await change(ada, id, { state: 'waiting' })
  await live.untilPosition(conversation, Math.max(...answers.concat(asked as never).map(({ headers }) => positionIn(headers, conversation)))) // prettier-ignore
  await live.untilPosition(agent, positionIn(asked.headers, agent))
  const events = live.eventsOf(conversation) as ConversationEvent[]
  expect(events.map(({ position }) => position)).toEqual(events.map((_, nth) => before.position + 1 + nth))
  const after = await snapshot(barbara, id)
  expect(events.reduce(applyConversationEvent, before)).toMatchObject({ conversation: after.conversation, messages: after.messages }) // prettier-ignore
  const told = live.eventsOf(agent)
  expect(told.map(({ position }) => position)).toEqual(told.map((_, nth) => 3 + nth))
  expect(told.slice(0, -1).map(({ type }) => type)).toEqual(Array.from({ length: 31 }, () => 'conversation.listed'))
  expect(told.at(-1)).toMatchObject({ type: 'takeover.requested', data: { conversationId: id } })
  expect(JSON.stringify(live.frames)).not.toMatch(/behind|revokes/)
  live.close()
})

test('106 nobody else may watch them: whoever is no member, whoever is another workspace’s, whoever was removed', async () => {
  const desk = await newDesk(node())
  const { ada, mallory, edsger, edsgerId, workspace, begin, write } = desk
  const other = await newTeam(node())
  const { id } = await begin(ada)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  const streams = [streamOf('agent', desk.agent.id), streamOf('conversation', id)]
  const lives = await Promise.all([mallory, other.ada, edsger].map((person) => connectLive(node(), person)))
  for (const live of lives) {
    const nowhere = [streamOf('agent', id), streamOf('conversation', crypto.randomUUID())]
    for (const stream of [...streams, ...nowhere]) {
      expect(await live.watch(stream, 0)).toEqual({ ok: false, code: 'not_found' })
    }
  }
  await write(ada, id, 'Unheard')
  for (const live of lives) {
    // what was sent to it before comes before
    expect(await live.watch(streams[1] as Stream)).toEqual({ ok: false, code: 'not_found' })
    expect(live.frames).toEqual([])
    live.close()
  }
})

test('S5 whoever is removed and added again before this node hears of either is let in, and hears what comes from then on', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, edsgerId, barbara, workspace, begin, write } = desk
  const { id } = await begin(ada, { text: 'Hello?' })
  const streams = Object.values(streamsOf(desk, id))
  const [live, witness] = await Promise.all([edsger, barbara].map((one) => connectLive(beside().node, one)))
  if (!live || !witness) throw new Error('There are two.')
  // the gateway beside is told of nothing, and stands where the witness came in
  for (const stream of streams) expect((await witness.watch(stream)).ok).toBe(true)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  await join(ada, workspace.id, edsger, 'editor')
  for (const stream of streams) expect(await live.watch(stream)).toMatchObject({ ok: true })
  expect(live.closed).toEqual([])
  const { headers } = await write(edsger, id, 'Here again')
  const conversation = streamOf('conversation', id)
  await live.untilPosition(conversation, positionIn(headers, conversation))
  for (const one of [live, witness]) one.close()
})

test('the end of an agent closes its streams and those of its conversations, and the workspace’s goes on', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, workspace, path, begin } = desk
  const { id } = await begin(ada)
  const live = await connectLive(node(), edsger)
  const streams = streamsOf(desk, id)
  for (const stream of Object.values(streams)) expect((await live.watch(stream)).ok).toBe(true)
  await ada.delete(path)
  await live.until(() => live.closed.length === 2)
  expect(live.closed.toSorted(byStream)).toEqual([
    { stream: streams.agent, code: 'deleted' },
    { stream: streams.conversation, code: 'deleted' },
  ])
  const { headers } = await ada.patch(`/api/workspaces/${workspace.id}`, { name: 'Going on' })
  await live.untilPosition(streams.workspace, positionIn(headers, streams.workspace))
  for (const stream of [streams.agent, streams.conversation]) {
    expect(await live.watch(stream)).toEqual({ ok: false, code: 'not_found' })
  }
  live.close()
})

type Arranged = Awaited<ReturnType<typeof arrange>>
type Told = (arranged: Arranged, stream: keyof ReturnType<typeof streamsOf>) => Promise<void>

const hints: [string, (arranged: Arranged, tell: Told) => Promise<void>][] = [
  ['no hint comes at all', async () => undefined],
  ['the hint of the removal is lost, and those behind it come', async (one, tell) => {
    await tell(one, 'conversation')
    await tell(one, 'agent')
  }],
  ['the hint of the removal comes last', async (one, tell) => {
    await tell(one, 'conversation')
    await tell(one, 'agent')
    await tell(one, 'workspace')
  }],
  ['the hint of the removal comes first', async (one, tell) => {
    await tell(one, 'workspace')
    await tell(one, 'conversation')
    await tell(one, 'agent')
  }],
] // prettier-ignore

for (const where of ['all three', 'the conversation alone'] as const) {
  test.each(hints)(`102 S5 whoever is removed while they watch ${where} is out before anything that is written after, where %s`, async (_, act) => {
    const arranged = await arrange(where === 'all three')
    const { desk, id, streams, live, witness, watched, before } = arranged
    await desk.ada.delete(`/api/workspaces/${desk.workspace.id}/members/${desk.edsgerId}`)
    const { headers } = await desk.write(desk.ada, id, 'Between us')
    await desk.createContact(desk.ada, { name: 'Secret' })
    await act(arranged, tellNewestFirst)
    await live.until(() => live.closed.length === watched.length)
    await witness.untilPosition(streams.conversation, positionIn(headers, streams.conversation))
    await witness.until(() => witness.eventsOf(streams.agent).some(({ type }) => type === 'contact.created'))
    expect(live.closed.toSorted(byStream)).toEqual(watched.toSorted().map((stream) => ({ stream, code: 'removed' })))
    for (const stream of watched) {
      // what was sent to it before comes before
      expect(await live.watch(stream, 0)).toEqual({ ok: false, code: 'not_found' })
      expect(live.eventsOf(stream).filter(({ position }) => position > (before[stream] ?? 0))).toEqual([])
    }
    live.close()
    witness.close()
  }) // prettier-ignore
}

/** Edsger, to be removed, who has the conversation to answer, and Barbara, who stays, both at the gateway beside. */
async function arrange(watchesAll: boolean) {
  const desk = await newDesk(node())
  const { id } = await desk.begin(desk.ada, { text: 'Hello?' })
  await desk.write(desk.edsger, id, 'Good day')
  const streams = streamsOf(desk, id)
  const watched = watchesAll ? Object.values(streams) : [streams.conversation]
  const [live, witness] = await Promise.all([desk.edsger, desk.barbara].map((one) => connectLive(beside().node, one)))
  if (!live || !witness) throw new Error('There are two.')
  const before: Record<Stream, number> = {}
  for (const stream of watched) before[stream] = await watch(live, stream)
  for (const stream of Object.values(streams)) before[stream] = await watch(witness, stream)
  return { desk, id, streams, live, witness, watched, before }
}

async function watch(live: Live, stream: Stream): Promise<number> {
  const answer = await live.watch(stream)
  if (!answer.ok) throw new Error(`${stream} could not be watched: ${answer.code}`)
  return answer.position
}

/** Hints of everything since the arrangement, the newest first and the oldest twice. */
async function tellNewestFirst({ streams, before }: Arranged, of: keyof ReturnType<typeof streamsOf>): Promise<void> {
  const stream = streams[of]
  const events = await beside().events(stream, before[stream] ?? 0)
  for (const event of events.toReversed()) beside().tell(stream, [event])
  beside().tell(stream, events.slice(0, 1))
}

function streamsOf({ workspace, agent }: Desk, conversationId: string) {
  return {
    workspace: streamOf('workspace', workspace.id),
    agent: streamOf('agent', agent.id),
    conversation: streamOf('conversation', conversationId),
  }
}

function byStream(one: { stream: string }, other: { stream: string }): number {
  return one.stream < other.stream ? -1 : 1
}
