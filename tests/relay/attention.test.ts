import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { connectLive, type Live } from '../support/live.ts'
import { useTwoNodes, type TestNode } from '../support/node.ts'
import type { Person } from '../support/people.ts'
import { useRedis } from '../support/redis.ts'
import { newMessenger, newVisitor } from '../support/visitor.ts'

const redis = useRedis()
const nodes = useTwoNodes(() => redis().url)

/** A visitor at one node in a conversation that they began, and members' pages in the Help Desk at any. */
async function arrange() {
  const { a, b } = nodes()
  const desk = await newMessenger(a)
  const visitor = newVisitor(b, desk.agent.id)
  const { body } = await visitor.begin()
  const { id } = body
  const stream = streamOf('conversation', id)
  const agentId = desk.agent.id
  const watched = streamOf('agent', agentId)
  async function open(person: Person, node: TestNode = a) {
    const live = await connectLive(node, person)
    expect((await live.watch(watched)).ok).toBe(true)
    return live
  }
  async function visit() {
    const live = await visitor.live()
    expect((await live.watch(stream)).ok).toBe(true)
    return live
  }
  const attend = (live: Live, typing = false, conversationId: string | null = id) =>
    live.attend({ agentId, conversationId, typing })
  /** Waits until this page was told so of the conversation. */
  const untilTold = (live: Live, members: object[], from = 'away') =>
    live.until(() => {
      const { members: told = [], visitor: there = 'away' } = live.attention.get(id) ?? {}
      return JSON.stringify([[...told].sort(byId), there]) === JSON.stringify([[...members].sort(byId), from])
    })
  return { ...desk, a, b, id, stream, watched, agentId, open, visit, attend, untilTold }
}

function byId(one: object, other: object): number {
  return JSON.stringify(one).localeCompare(JSON.stringify(other))
}

test('who looks at a conversation and who types there shows at once to the team at both nodes, and to the visitor who types', async () => {
  const { ada, adaId, edsger, edsgerId, a, b, stream, watched, open, visit, attend, untilTold } = await arrange()
  const [owner, editor] = [await open(ada, a), await open(edsger, b)]
  const page = await visit()
  await untilTold(owner, [], 'here')
  expect(await attend(owner)).toEqual({ ok: true })
  expect(await attend(editor, true)).toEqual({ ok: true })
  const both = [{ memberId: adaId, typing: false }, { memberId: edsgerId, typing: true }] // prettier-ignore
  await untilTold(owner, both, 'here')
  await untilTold(editor, both, 'here')
  await page.until(() => page.typing.get(stream)?.[0] === edsgerId)
  expect(await page.type(stream)).toEqual({ ok: true })
  await untilTold(owner, both, 'typing')
  await page.type(stream, false)
  await attend(editor)
  await untilTold(owner, [{ memberId: adaId, typing: false }, { memberId: edsgerId, typing: false }], 'here') // prettier-ignore
  await page.until(() => page.typing.get(stream)?.length === 0)
  // whoever comes later is told what was told before
  const late = await open(ada, b)
  await untilTold(late, [{ memberId: adaId, typing: false }, { memberId: edsgerId, typing: false }], 'here') // prettier-ignore
  // whoever watches anew, as a page does that missed something, is still there
  for (const one of [watched, stream]) expect((await editor.watch(one)).ok).toBe(true)
  await attend(owner, true)
  await untilTold(late, [{ memberId: adaId, typing: true }, { memberId: edsgerId, typing: false }], 'here') // prettier-ignore
  await attend(owner, false, null)
  page.close()
  await untilTold(late, [{ memberId: edsgerId, typing: false }])
  editor.close()
  await untilTold(late, [])
  for (const live of [owner, late]) live.close()
}) // prettier-ignore

test('S5 whoever is removed attends to nothing any more, hears nothing more, and is told that nothing is there', async () => {
  const { ada, adaId, edsger, edsgerId, workspace, b, id, stream, agentId, open, visit, attend, untilTold } =
    await arrange()
  const [owner, editor] = [await open(ada), await open(edsger, b)]
  const page = await visit()
  await attend(editor, true)
  await untilTold(owner, [{ memberId: edsgerId, typing: true }], 'here')
  await page.until(() => page.typing.get(stream)?.length === 1)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  await untilTold(owner, [], 'here')
  await page.until(() => page.typing.get(stream)?.length === 0)
  await editor.until(() => editor.closed.length > 0)
  const heard = editor.attention.get(id)
  expect(await attend(editor, true)).toEqual({ ok: false, code: 'not_found' })
  await attend(owner, true)
  await untilTold(owner, [{ memberId: adaId, typing: true }], 'here')
  await page.until(() => page.typing.get(stream)?.length === 1)
  // what came in between came in order: an answer behind it says that there was nothing
  expect(await editor.watch(streamOf('agent', agentId))).toEqual({ ok: false, code: 'not_found' })
  expect(editor.attention.get(id)).toBe(heard)
  for (const live of [owner, editor, page]) live.close()
})

test('typing that is not said again runs out by itself', async () => {
  const { ada, adaId, stream, open, visit, attend, untilTold } = await arrange()
  const owner = await open(ada)
  const page = await visit()
  await attend(owner, true)
  await page.type(stream)
  await untilTold(owner, [{ memberId: adaId, typing: true }], 'typing')
  await untilTold(owner, [{ memberId: adaId, typing: false }], 'here')
  await page.until(() => page.typing.get(stream)?.length === 0)
  for (const live of [owner, page]) live.close()
})

test('nobody attends to what is not theirs: another agent’s conversation, another workspace’s, one that they do not watch', async () => {
  const { ada, mallory, a, id, stream, agentId, open, attend } = await arrange()
  const other = await arrange()
  const owner = await open(ada)
  const refused = { ok: false, code: 'not_found' }
  expect(await attend(owner, true, other.id)).toEqual(refused)
  expect(await owner.attend({ agentId: other.agentId, conversationId: other.id, typing: true })).toEqual(refused)
  expect(await owner.attend({ agentId, conversationId: crypto.randomUUID() })).toEqual(refused)
  const stranger = await connectLive(a, mallory)
  expect(await attend(stranger)).toEqual(refused)
  const page = await other.visit()
  expect(await page.type(stream)).toEqual(refused)
  for (const payload of [null, {}, { stream: 'x', typing: true }, { stream, typing: 'yes' }, { agentId, conversationId: id }])
    expect(await page.socket.timeout(10_000).emitWithAck('typing', payload as never)).toEqual({ ok: false, code: 'invalid_input' })
  for (const payload of [null, {}, { agentId }, { agentId: 'x', conversationId: id }, { agentId, conversationId: id, typing: 1 }])
    expect(await owner.socket.timeout(10_000).emitWithAck('attend', payload as never)).toEqual({ ok: false, code: 'invalid_input' })
  for (const live of [owner, stranger, page]) live.close()
}) // prettier-ignore
