import { expect, test } from 'vitest'
import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { newDesk, type Desk } from '../support/desk.ts'
import { positionIn } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { join, type Failure, type Person } from '../support/people.ts'
import { unreadOf, verifyUnread } from '../support/unread.ts'
import { verifyCommand } from '../support/verify-command.ts'

const node = useNode()

test('S3 what others write is unread until somebody has read that far, for each member by themselves', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, barbara, workspace, path } = desk
  const { id } = await verified(desk, () => desk.begin(ada, { text: 'Is anybody there?' }))
  for (const person of [ada, edsger, barbara]) expect(await unreadOf(person, path)).toEqual([id])
  const read = () => mark(desk, barbara, id, 1)
  const answer = await verified(desk, () => verifyCommand(node(), ada, workspace.id, [ada, barbara], read))
  expect(answer.status).toBe(204)
  expect(positionIn(answer.headers, streamOf('user', barbara.userId))).toBe((await barbara.me()).position)
  expect(await unreadOf(barbara, path)).toEqual([])
  expect(await unreadOf(ada, path)).toEqual([id])
  // the answer of a colleague is unread; one's own never is
  await verified(desk, () => desk.write(edsger, id, 'Good day!'))
  expect(await unreadOf(barbara, path)).toEqual([id])
  await mark(desk, edsger, id, 1)
  expect(await unreadOf(edsger, path)).toEqual([])
})

test('S3 what was not read before one’s own answer stays unread; what only changes is nothing to read', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, path } = desk
  const { id } = await desk.begin(ada, { text: 'Is anybody there?' })
  await verified(desk, () => desk.write(edsger, id, 'Good day!'))
  expect(await unreadOf(edsger, path)).toEqual([id])
  await verified(desk, () => mark(desk, edsger, id, 2))
  expect(await unreadOf(edsger, path)).toEqual([])
  const change = async (state: string) => desk.change(ada, id, { state })
  for (const state of ['waiting', 'resolved', 'open']) await verified(desk, () => change(state))
  expect(await unreadOf(edsger, path)).toEqual([])
  await verified(desk, () => desk.begin(ada))
  expect(await unreadOf(edsger, path)).toEqual([])
})

test('S2 reading again, or less than before, changes nothing and is told to nobody', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, path } = desk
  const { id } = await desk.begin(ada, { text: 'One' })
  await desk.write(ada, id, 'Two')
  const [agentBefore, before] = [(await deskOf(desk, ada)).position, await desk.snapshot(ada, id)]
  await mark(desk, edsger, id, 2)
  const { position } = await edsger.me()
  for (const upTo of [2, 1]) {
    const answer = await mark(desk, edsger, id, upTo)
    expect(answer.status).toBe(204)
    expect(answer.headers.get('stream-position')).toBeNull()
  }
  expect((await edsger.me()).position).toBe(position)
  expect(await unreadOf(edsger, path)).toEqual([])
  // neither the shared streams nor the conversation know of it
  expect((await deskOf(desk, ada)).position).toBe(agentBefore)
  expect(await desk.snapshot(ada, id)).toEqual(before)
})

test('nobody reads more than there is, nothing at all, or what they cannot see', async () => {
  const desk = await newDesk(node())
  const { ada, mallory, path } = desk
  const { id } = await desk.begin(ada, { text: 'Hello' })
  const { body } = await mark(desk, ada, id, 2)
  expect(body).toMatchObject({ code: 'invalid_input', errors: [{ path: 'upTo', message: 'There is one message.' }] })
  for (const upTo of [0, -1, 1.5, '1', null, 2 ** 40]) {
    expect(await ada.post(`${path}/conversations/${id}/read`, { upTo })).toMatchObject({ status: 400 })
  }
  expect(await mark(desk, ada, crypto.randomUUID(), 1)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  expect(await mark(desk, mallory, id, 1)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  const { body: other } = await ada.createAgent(desk.workspace.id, 'Other')
  const elsewhere = `/api/workspaces/${desk.workspace.id}/agents/${other.id}/conversations/${id}/read`
  expect((await ada.post(elsewhere, { upTo: 1 })).status).toBe(404)
  expect(await node().owner`select * from reads where conversation_id = ${id}`).toHaveLength(0)
})

test('no webhook is told who has read what', async () => {
  const desk = await newDesk(node())
  const { id } = await desk.begin(desk.ada, { text: 'Hello' })
  const count = async () => node().owner`select id from webhook_deliveries where agent_id = ${desk.agent.id}`
  await desk.ada.post(`${desk.path}/webhooks`, { url: 'https://hooks.invalid/', events: ['message.created', 'conversation.created'] }) // prettier-ignore
  await mark(desk, desk.ada, id, 1)
  expect(await count()).toHaveLength(0)
  await desk.write(desk.ada, id)
  expect(await count()).toHaveLength(1)
})

test('whoever joins finds nothing unread of before; what they had read goes with them', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, edsgerId, workspace, path } = desk
  const { id } = await desk.begin(ada, { text: 'Hello' })
  await mark(desk, edsger, id, 1)
  const left = () => node().owner`select up_to from reads where member_id = ${edsgerId}`
  expect(await left()).toHaveLength(1)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  expect(await left()).toHaveLength(0)
  await join(ada, workspace.id, edsger, 'viewer')
  expect(await unreadOf(edsger, path)).toEqual([])
  await desk.write(ada, id, 'Something new')
  expect(await unreadOf(edsger, path)).toEqual([id])
})

test('T1 what a member has read is seen in its agent alone', async () => {
  const desk = await newDesk(node())
  const { id } = await desk.begin(desk.ada, { text: 'Hello' })
  await mark(desk, desk.ada, id, 1)
  const { body: other } = await desk.ada.createAgent(desk.workspace.id, 'Other')
  const foreign = node().owner`
    insert into reads (workspace_id, agent_id, conversation_id, member_id, up_to)
    values (${desk.workspace.id}, ${other.id}, ${id}, ${desk.adaId}, 1)`
  await expect(foreign).rejects.toMatchObject({ code: '23503' })
  expect((await deskOf({ ...desk, path: desk.path.replace(desk.agent.id, other.id) }, desk.ada)).unread).toEqual([])
})

function mark({ path }: Pick<Desk, 'path'>, person: Person, id: string, upTo: number) {
  return person.post<Failure>(`${path}/conversations/${id}/read`, { upTo })
}

async function deskOf({ path }: Pick<Desk, 'path'>, person: Person): Promise<DeskAnswer> {
  return (await person.get<DeskAnswer>(`${path}/desk`)).body
}

/** S3 of what Edsger, who answers, and Barbara, who only reads, have not read. */
async function verified<R>(desk: Desk, act: () => Promise<R>): Promise<R> {
  const { edsger, edsgerId, barbara, barbaraId, agent, path } = desk
  const as = (person: Person, memberId: string) => ({ person, memberId, agentId: agent.id, path })
  return verifyUnread(node(), as(edsger, edsgerId), () => verifyUnread(node(), as(barbara, barbaraId), act))
}
