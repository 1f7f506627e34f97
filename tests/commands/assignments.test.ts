import { expect, test } from 'vitest'
import { streamOf } from '#shared/protocol/streams.ts'
import { runCommand } from '#server/core/run-command.ts'
import { writeMessage } from '#server/helpdesk/commands/write-message.ts'
import { coreOf, newDesk, newKey, type Desk } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import { conversationState } from '../support/states.ts'

const node = useNode()

type End = (desk: Desk) => Promise<{ status: number }>
const ends: [string, End][] = [
  ['is removed', ({ ada, edsgerId, workspace }) => ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)],
  ['leaves', ({ edsger, workspace }) => edsger.post(`/api/workspaces/${workspace.id}/leave`)],
  [
    'may only look from now on',
    ({ ada, edsgerId, workspace }) =>
      ada.patch(`/api/workspaces/${workspace.id}/members/${edsgerId}`, { role: 'viewer' }),
  ],
]

test.each(ends)('S3 what a member who %s has to answer is the Assistant’s again, and each tells so', async (_, end) => {
  const desk = await newDesk(node())
  const { ada, edsgerId, verify, snapshot, place, begin, change } = desk
  const [open, waiting, resolved] = [await answered(desk), await answered(desk), await answered(desk)]
  await change(ada, waiting, { state: 'waiting' })
  const { body: last } = await change(ada, resolved, { state: 'resolved' })
  const others = await begin(ada)
  const stateOf = async (id: string) => conversationState(await snapshot(ada, id))
  const untouched = [await stateOf(resolved), await stateOf(others.id)]
  const { status } = await verify(() => verify(() => end(desk), open), waiting)
  expect(status).toBeLessThan(300)
  expect((await snapshot(ada, open)).conversation).toMatchObject({ state: 'open', assigneeId: null, messageCount: 1 })
  expect((await snapshot(ada, waiting)).conversation).toMatchObject({ state: 'waiting', assigneeId: null })
  expect([await stateOf(resolved), await stateOf(others.id)]).toEqual(untouched)
  expect(last).toMatchObject({ state: 'resolved', assigneeId: edsgerId })
  for (const id of [open, waiting, resolved]) {
    const { author } = (await snapshot(ada, id)).messages[0] ?? {}
    expect(author).toEqual({ kind: 'member', memberId: edsgerId, name: 'Edsger' })
    await desk.verifyFromTheStart(id)
  }
  // what is opened again is not theirs any more
  const key = await newKey(node(), place, ['conversations:write'])
  const again = { ...key, conversationId: resolved, author: 'contact' as const, text: 'One more thing' }
  await verify(() => runCommand(coreOf(node()), writeMessage, again), resolved)
  expect((await snapshot(ada, resolved)).conversation).toMatchObject({ state: 'open', assigneeId: null })
})

test('S3 what one who left had last is whoever’s opens it, and whoever’s answers it', async () => {
  const desk = await newDesk(node())
  const { ada, adaId, edsger, edsgerId, workspace, verify, change, write, snapshot } = desk
  const [one, two] = [await answered(desk), await answered(desk)]
  for (const id of [one, two]) await change(ada, id, { state: 'resolved' })
  await edsger.post(`/api/workspaces/${workspace.id}/leave`)
  const again = await change(ada, one, { assigneeId: edsgerId })
  expect(again).toMatchObject({ status: 200, body: { assigneeId: edsgerId } })
  expect(again.headers.get('stream-position')).toBeNull()
  expect((await verify(() => change(ada, one, { state: 'open' }), one)).body).toMatchObject({ assigneeId: null })
  await verify(() => write(ada, two), two)
  expect((await snapshot(ada, two)).conversation).toMatchObject({ state: 'open', assigneeId: adaId })
})

test('another role that may reply keeps what they have to answer', async () => {
  const desk = await newDesk(node())
  const { ada, edsgerId, workspace, snapshot } = desk
  const id = await answered(desk)
  const before = await snapshot(ada, id)
  await ada.patch(`/api/workspaces/${workspace.id}/members/${edsgerId}`, { role: 'admin' })
  expect(await snapshot(ada, id)).toEqual(before)
})

test('S5 what was given back with a removal stands behind it', async () => {
  const desk = await newDesk(node())
  const { ada, edsgerId, workspace } = desk
  const id = await answered(desk)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  const [told] = await node().owner`
    select given.behind = removed.position as fits
    from events given join events removed on removed.stream = ${streamOf('workspace', workspace.id)}
    where given.stream = ${streamOf('conversation', id)} and given.type = 'conversation.updated'
      and given.data->'conversation'->>'assigneeId' is null and removed.type = 'member.removed'`
  expect(told).toEqual({ fits: true })
})

test('a member who has three thousand conversations to answer is removed in one piece', async () => {
  const { ada, edsgerId, workspace, place } = await newDesk(node())
  const { owner } = node()
  await owner`
    with made as (
      insert into conversations (id, workspace_id, agent_id, assignee_id, state, created_at, updated_at)
      select gen_random_uuid(), ${place.workspaceId}, ${place.agentId}, ${edsgerId}, 'open', now(), now()
      from generate_series(1, 3000)
      returning id
    )
    insert into streams (name, parent, agent_id)
    select 'conversation:' || id, ${streamOf('workspace', workspace.id)}, ${place.agentId} from made`
  const { status, headers } = await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  expect(status).toBe(204)
  expect(headers.get('stream-position')).toContain(streamOf('workspace', workspace.id))
  const states = await owner`
    select distinct c.assignee_id, s.position from conversations c join streams s on s.name = 'conversation:' || c.id
    where c.agent_id = ${place.agentId}`
  expect(states).toEqual([{ assigneeId: null, position: '1' }])
})

test('another display name touches no message: who wrote stays, what they were called then stays', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, edsgerId, workspace, write, snapshot } = desk
  const id = await answered(desk)
  const before = await snapshot(ada, id)
  const rows = () => node().owner`select xmin, id from messages where conversation_id = ${id}`
  const untouched = await rows()
  await edsger.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Ed' })
  expect(await snapshot(ada, id)).toEqual(before)
  expect(await rows()).toEqual(untouched)
  expect((await write(edsger, id)).body.author).toEqual({ kind: 'member', memberId: edsgerId, name: 'Ed' })
})

test('assigning somebody against their end: never somebody’s who may not answer, and never an error', async () => {
  const { ada, edsgerId, workspace, begin, change, snapshot, verifyFromTheStart } = await newDesk(node())
  const member = `/api/workspaces/${workspace.id}/members/${edsgerId}`
  for (let n = 0; n < 16; n += 1) {
    const isLast = n === 15
    await ada.patch(member, { role: 'editor' })
    const { id } = await begin(ada)
    const assign = () => change(ada, id, { assigneeId: edsgerId })
    const end = () => (isLast ? ada.delete(member) : ada.patch(member, { role: 'viewer' }))
    const answers = await Promise.all(n % 2 ? [assign(), end()] : [end(), assign()])
    const [assigned, ended] = (n % 2 ? answers : answers.toReversed()).map(({ status }) => status)
    expect(ended).toBe(isLast ? 204 : 200)
    expect([200, 400]).toContain(assigned)
    expect((await snapshot(ada, id)).conversation.assigneeId).toBeNull()
    await verifyFromTheStart(id)
  }
})

test('past all commands nobody goes who has something to answer, and nobody writes or answers who is no member', async () => {
  const desk = await newDesk(node())
  const { edsgerId, place, begin, ada } = desk
  const other = await newDesk(node())
  await answered(desk)
  const { id } = await begin(ada)
  const { owner } = node()
  const insertAs = (author: string, memberId: string | null) => owner`
    insert into messages (id, workspace_id, agent_id, conversation_id, place, author, member_id, author_name, text, at)
    values (gen_random_uuid(), ${place.workspaceId}, ${place.agentId}, ${id}, 1, ${author}, ${memberId}, '', 'Hello', now())`
  for (const attempt of [
    () => owner`delete from members where id = ${edsgerId}`,
    () => owner`update conversations set assignee_id = ${other.edsgerId} where id = ${id}`,
    () => owner`update conversations set assignee_id = ${other.edsgerId}, state = 'resolved' where id = ${id}`,
    () => insertAs('member', other.edsgerId),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: '23503' })
  }
  for (const attempt of [() => insertAs('member', null), () => insertAs('contact', edsgerId)]) {
    await expect(attempt()).rejects.toMatchObject({ code: '23514' })
  }
})

/** A conversation that Edsger has taken over. */
async function answered({ ada, edsger, begin, write }: Desk): Promise<string> {
  const { id } = await begin(ada)
  await write(edsger, id)
  return id
}
