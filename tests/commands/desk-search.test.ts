import { expect, test } from 'vitest'
import { mostFoundConversations, type DeskSearchAnswer } from '#shared/protocol/agents/desk.ts'
import { newDesk, type Desk } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import type { Failure, Person } from '../support/people.ts'

const node = useNode()

test('the Help Desk finds conversations by what anybody wrote, the latest first, and shows where', async () => {
  const desk = await newShownDesk()
  const { ada, edsger, barbara } = desk
  const first = await desk.begin(ada, { text: 'My parcel with the blue vase has not arrived.' })
  const second = await desk.begin(ada, { text: 'Good morning' })
  await desk.write(edsger, second.id, 'Your parcel is on its way.')
  const { items } = await find(desk, barbara, 'parcel')
  expect(items.map(({ conversation }) => conversation.id)).toEqual([second.id, first.id])
  expect(items[0]?.snippet).toEqual(['Your ', 'parcel', ' is on its way'])
  expect(items[0]?.conversation).toMatchObject({ lastMessage: { excerpt: 'Your parcel is on its way.' } })
  // every word, the last one from its beginning
  expect(await idsOf(desk, 'blue parc')).toEqual([first.id])
  expect(await idsOf(desk, 'blu parcel')).toEqual([])
  expect(await idsOf(desk, 'PARCEL  Mor')).toEqual([])
  // of several messages the newest is shown
  await desk.write(edsger, first.id, 'The parcel arrives tomorrow.')
  const [latest] = (await find(desk, ada, 'parcel')).items
  expect(latest?.snippet?.join('')).toBe('The parcel arrives tomorrow')
})

test('it finds by the contact’s name and address, and in every state', async () => {
  const desk = await newShownDesk()
  const { ada, path } = desk
  const { body: kay } = await desk.createContact(ada, { name: 'Kay McNulty', email: 'kay.mcnulty@eniac.example' })
  const { id } = await desk.begin(ada, { contactId: kay.id, text: 'Hello' })
  await desk.change(ada, id, { state: 'resolved' })
  for (const words of ['kay', 'MCNUL', 'kay@', 'kay.mcnulty@eniac.example', 'eniac', 'mcnulty@en']) {
    expect(await idsOf(desk, words), words).toEqual([id])
  }
  const [found] = (await find(desk, ada, 'kay')).items
  expect(found).toMatchObject({ snippet: null, conversation: { state: 'resolved', contact: { name: 'Kay McNulty' } } })
  await ada.patch(`${path}/contacts/${kay.id}`, { name: 'Kathleen', email: null })
  expect(await idsOf(desk, 'kay')).toEqual([])
  expect(await idsOf(desk, 'kathle')).toEqual([id])
})

test('a number in an order, a word in an address, and what looks like an expression are just words', async () => {
  const desk = await newShownDesk()
  const { id } = await desk.begin(desk.ada, { text: 'Order A-1234_b: see https://shop.example/orders?id=77, it’s «late»!' })
  for (const words of ['1234', 'a-1234', 'shop.example', 'orders 77', 'late', '"late"', 'order & a', "order | ':*", 'order !', '(order', 'order \\', 'order <-> :']) {
    expect(await idsOf(desk, words), words).toEqual([id])
  }
  for (const words of ['!!!', "'", '\\', ':*', '&', 'zebra | order']) expect(await idsOf(desk, words), words).toEqual([])
}) // prettier-ignore

test('it answers fifty at most, the latest', async () => {
  const desk = await newShownDesk()
  const { body: kay } = await desk.createContact(desk.ada, { name: 'Kay' })
  for (let n = 0; n < mostFoundConversations + 2; n += 1) await desk.begin(desk.ada, { contactId: kay.id })
  const { id } = await desk.begin(desk.ada, { text: 'Kay is mentioned' })
  const ids = await idsOf(desk, 'kay')
  expect(ids).toHaveLength(mostFoundConversations)
  expect(ids[0]).toBe(id)
})

test('T1 nothing of another workspace, of another agent, or of one that is not in the Help Desk is found', async () => {
  const [desk, other] = [await newShownDesk(), await newShownDesk()]
  const { ada, mallory, workspace } = desk
  const { id } = await desk.begin(ada, { text: 'A needle here' })
  await other.createContact(other.ada, { name: 'Needle' })
  await other.begin(other.ada, { text: 'A needle there' })
  const { body: second } = await ada.createAgent(workspace.id, 'Second')
  const path = `/api/workspaces/${workspace.id}/agents/${second.id}`
  const { body: beside } = await ada.post<{ id: string }>(`${path}/conversations`, { text: 'A needle beside' })
  expect(await idsOf(desk, 'needle')).toEqual([id])
  await ada.patch(path, { helpDesk: true })
  expect(await idsOf(desk, 'needle')).toEqual([beside.id, id])
  expect(await idsOf(desk, 'needle', desk.agent.id)).toEqual([id])
  expect(await idsOf(desk, 'needle', second.id)).toEqual([beside.id])
  expect(await idsOf(desk, 'needle', other.agent.id)).toEqual([])
  expect(await find(desk, mallory, 'needle')).toMatchObject({ code: 'not_found' })
  expect(await find(desk, other.ada, 'needle')).toMatchObject({ code: 'not_found' })
})

test('what cannot be looked for is refused with a sentence', async () => {
  const desk = await newShownDesk()
  for (const words of ['', ' ', '\0', 'x'.repeat(501)]) {
    expect(await find(desk, desk.ada, words)).toMatchObject({ code: 'invalid_input' })
  }
  expect(await find(desk, desk.ada, 'x', 'no id')).toMatchObject({ code: 'invalid_input' })
})

async function newShownDesk(): Promise<Desk> {
  const desk = await newDesk(node())
  await desk.ada.patch(desk.path, { helpDesk: true })
  return desk
}

async function find({ workspace }: Desk, person: Person, q: string, agentId?: string) {
  const query = new URLSearchParams({ q, ...(agentId && { agentId }) })
  return (await person.get<DeskSearchAnswer & Failure>(`/api/workspaces/${workspace.id}/desk/search?${query}`)).body
}

async function idsOf(desk: Desk, q: string, agentId?: string): Promise<string[]> {
  return (await find(desk, desk.ada, q, agentId)).items.map(({ conversation }) => conversation.id)
}
