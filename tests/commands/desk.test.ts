import { expect, test } from 'vitest'
import {
  mostExcerpt,
  type DeskAnswer,
  type DeskSearchAnswer,
  type ListedConversation,
} from '#shared/protocol/agents/desk.ts'
import { newDesk, type Desk } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import type { Failure, Person } from '../support/people.ts'

const node = useNode()

test('S3 the Help Desk lists whose a conversation is and what was written last, the latest first', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, edsgerId, barbara, verify } = desk
  const { body: kay } = await desk.createContact(ada, { name: 'Kay', email: 'kay@example.com' })
  const empty = await verify(() => desk.begin(ada))
  const { id } = await verify(() => desk.begin(ada, { contactId: kay.id, text: 'Is anybody there?' }))
  const asked = { author: { kind: 'contact', memberId: null, name: 'Kay' }, excerpt: 'Is anybody there?' }
  expect(await lists(desk, barbara)).toMatchObject({
    unresolved: [
      { id, messageCount: 1, contact: { id: kay.id, name: 'Kay', email: 'kay@example.com' }, lastMessage: asked },
      { id: empty.id, messageCount: 0, contact: null, lastMessage: null },
    ],
    resolved: [],
  })
  await verify(() => desk.write(edsger, empty.id, 'x'.repeat(mostExcerpt + 1)), empty.id)
  const [first] = (await lists(desk, barbara)).unresolved
  expect(first).toMatchObject({
    id: empty.id,
    assigneeId: edsgerId,
    lastMessage: {
      author: { kind: 'member', memberId: edsgerId, name: 'Edsger' },
      excerpt: 'x'.repeat(mostExcerpt),
      at: first?.updatedAt,
    },
  })
  await verify(() => desk.change(ada, id, { state: 'waiting' }), id)
  expect(idsOf((await lists(desk, barbara)).unresolved)).toEqual([id, empty.id])
  await desk.verifyFromTheStart(id)
})

test('S3 a conversation goes from one list to the other, with all that is shown of it', async () => {
  const desk = await newDesk(node())
  const { ada, verify } = desk
  const { body: kay } = await desk.createContact(ada, { name: 'Kay' })
  const { id } = await desk.begin(ada, { contactId: kay.id, text: 'Hello' })
  const [before] = (await lists(desk, ada)).unresolved
  await verify(() => desk.change(ada, id, { state: 'resolved' }), id)
  const resolved = await lists(desk, ada)
  expect(resolved).toEqual({
    unresolved: [],
    resolved: [{ ...before, state: 'resolved', updatedAt: resolved.resolved[0]?.updatedAt }],
  })
  await verify(() => desk.write(ada, id, 'One more thing'), id)
  expect(await lists(desk, ada)).toMatchObject({ unresolved: [{ id, state: 'open' }], resolved: [] })
  await desk.verifyFromTheStart(id)
})

test('whoever has left is called as they were last, wherever they wrote or answered', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, edsgerId, barbara, path, workspace } = desk
  await ada.patch(path, { helpDesk: true })
  const { id } = await desk.begin(ada, { text: 'Where is my parcel?' })
  await desk.write(edsger, id, 'On its way!')
  await desk.change(edsger, id, { state: 'resolved' })
  await edsger.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Edsger the Helpful' })
  const former = async () => ({
    conversation: (await desk.snapshot(barbara, id)).former,
    lists: (await barbara.get<DeskAnswer>(`${path}/desk`)).body.former,
    found: (await barbara.get<DeskSearchAnswer>(`/api/workspaces/${workspace.id}/desk/search?q=parcel`)).body.former,
  })
  expect(await former()).toEqual({ conversation: [], lists: [], found: [] })
  await desk.verify(() => edsger.post(`/api/workspaces/${workspace.id}/leave`), id)
  const last = [{ memberId: edsgerId, name: 'Edsger the Helpful' }]
  expect(await former()).toEqual({ conversation: last, lists: last, found: last })
  // the log tells of the message as it was written
  expect((await desk.snapshot(barbara, id)).messages.at(-1)?.author).toMatchObject({
    memberId: edsgerId,
    name: 'Edsger',
  })
})

test('S3 a contact who changes, or goes, changes in the lists', async () => {
  const desk = await newDesk(node())
  const { ada, path, verify } = desk
  const { body: kay } = await desk.createContact(ada, { name: 'Kay' })
  const [open, done] = [await desk.begin(ada, { contactId: kay.id, text: 'Hello' }), await desk.begin(ada, { contactId: kay.id })] // prettier-ignore
  await desk.change(ada, done.id, { state: 'resolved' })
  await verify(() => ada.patch(`${path}/contacts/${kay.id}`, { name: 'Kim', email: 'kim@example.com' }))
  const contact = { id: kay.id, name: 'Kim', email: 'kim@example.com' }
  expect(await lists(desk, ada)).toMatchObject({ unresolved: [{ contact }], resolved: [{ contact }] })
  await verify(() => ada.delete(`${path}/contacts/${kay.id}`), open.id)
  expect(await lists(desk, ada)).toMatchObject({
    unresolved: [{ id: open.id, contactId: null, contact: null, lastMessage: { author: { name: 'Kay' } } }],
    resolved: [{ id: done.id, contactId: null, contact: null }],
  })
})

test('S3 what a member had to answer is the Assistant’s in the lists once they are removed, or made a Viewer', async () => {
  const desk = await newDesk(node())
  const { ada, adaId, edsger, edsgerId, workspace, verify } = desk
  const { body: kay } = await desk.createContact(ada, { name: 'Kay' })
  const { id } = await desk.begin(ada, { contactId: kay.id, text: 'Hello' })
  await desk.write(edsger, id, 'Good day!')
  const path = `/api/workspaces/${workspace.id}/members/${edsgerId}`
  await verify(() => ada.patch(path, { role: 'viewer' }), id)
  const [given] = (await lists(desk, ada)).unresolved
  expect(given).toMatchObject({ assigneeId: null, contact: { name: 'Kay' }, lastMessage: { excerpt: 'Good day!' } })
  await desk.change(ada, id, { assigneeId: adaId })
  await ada.patch(path, { role: 'editor' })
  await desk.change(ada, id, { assigneeId: edsgerId })
  await verify(() => ada.delete(path), id)
  expect((await lists(desk, ada)).unresolved).toMatchObject([{ assigneeId: null, contact: { name: 'Kay' } }])
  await desk.verifyFromTheStart(id)
})

test('S3 a contact who is renamed while they are written to, and whose conversations begin, is listed as they are called', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, path, verify } = desk
  const { body: kay } = await desk.createContact(ada, { name: 'Kay' })
  const { id } = await desk.begin(ada, { contactId: kay.id, text: 'Hello' })
  await verify(() =>
    Promise.all(
      Array.from({ length: 8 }, (_, n) => [
        ada.patch(`${path}/contacts/${kay.id}`, { name: `Kay ${n}` }),
        desk.write(edsger, id, `Number ${n}`),
        desk.begin(edsger, { contactId: kay.id }),
      ]).flat(),
    ),
  )
  await desk.verifyFromTheStart(id)
}) // prettier-ignore

test('T1 63 the lists are an agent’s own, and of nobody outside', async () => {
  const desk = await newDesk(node())
  const { ada, mallory, workspace, path } = desk
  await desk.begin(ada, { text: 'Hello' })
  const { body: other } = await ada.createAgent(workspace.id, 'Other')
  const { body } = await ada.get<DeskAnswer>(`/api/workspaces/${workspace.id}/agents/${other.id}/desk`)
  expect(body).toMatchObject({ unresolved: [], resolved: [] })
  expect(await mallory.get<Failure>(`${path}/desk`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

async function lists({ path }: Desk, person: Person) {
  const { body } = await person.get<DeskAnswer>(`${path}/desk`)
  return { unresolved: body.unresolved, resolved: body.resolved }
}

function idsOf(list: ListedConversation[]): string[] {
  return list.map(({ id }) => id)
}
