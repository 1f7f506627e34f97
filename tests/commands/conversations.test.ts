import { expect, test } from 'vitest'
import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import { mostMessagesInSnapshot } from '#shared/state/snapshots.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { runCommand } from '#server/core/run-command.ts'
import { changeConversation } from '#server/helpdesk/commands/change-conversation.ts'
import { createConversation } from '#server/helpdesk/commands/create-conversation.ts'
import { writeMessage } from '#server/helpdesk/commands/write-message.ts'
import { readConversation, readConversations, readMessages } from '#server/helpdesk/queries/conversations.ts'
import { positionIn } from '../support/live.ts'
import { coreOf, newDesk, newKey } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import { newTeam, type Failure } from '../support/people.ts'

const node = useNode()
const times = <T>(n: number, make: (index: number) => T): T[] => Array.from({ length: n }, (_, index) => make(index))

test('S3 a conversation begins with a contact and what they wrote', async () => {
  const desk = await newDesk(node())
  const { ada, edsger, barbara, agent } = desk
  const { body: kay } = await desk.createContact(ada, { name: 'Kay' })
  const body = await desk.verify(() => desk.begin(edsger, { contactId: kay.id, text: ' Is anybody there?\n' }))
  expect(body).toEqual({ id: body.id, agentId: agent.id, contactId: kay.id, state: 'open', assigneeId: null, messageCount: 1, createdAt: body.createdAt, updatedAt: body.createdAt }) // prettier-ignore
  const { conversation, messages, position } = await desk.snapshot(barbara, body.id)
  expect({ conversation, messages, position }).toMatchObject({
    conversation: body,
    messages: [{ conversationId: body.id, author: { kind: 'contact', memberId: null, name: 'Kay' }, text: 'Is anybody there?', at: body.createdAt }],
    position: 2,
  }) // prettier-ignore
  await desk.verifyFromTheStart(body.id)
  const empty = await desk.begin(edsger)
  expect(empty).toMatchObject({ contactId: null, messageCount: 0 })
  await desk.verifyFromTheStart(empty.id)
})

test('S3 whoever answers first takes it over, and another’s answer leaves it theirs', async () => {
  const desk = await newDesk(node())
  const { ada, adaId, edsger, edsgerId, begin, write, verify, snapshot } = desk
  const { id } = await begin(ada, { text: 'Hello?' })
  await verify(() => desk.change(ada, id, { state: 'waiting' }), id)
  const { status, body } = await verify(() => write(edsger, id, 'Good day!'), id)
  expect(status).toBe(201)
  expect(body).toMatchObject({ author: { kind: 'member', memberId: edsgerId, name: 'Edsger' }, text: 'Good day!' })
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'open', assigneeId: edsgerId, messageCount: 2, updatedAt: body.at }) // prettier-ignore
  await verify(() => write(ada, id, 'From me, too'), id)
  expect((await snapshot(ada, id)).conversation).toMatchObject({ assigneeId: edsgerId, messageCount: 3 })
  await verify(() => desk.change(edsger, id, { state: 'resolved' }), id)
  await verify(() => write(ada, id, 'One more thing'), id)
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'open', assigneeId: edsgerId, messageCount: 4 })
  await verify(() => desk.change(ada, id, { assigneeId: adaId }), id)
  await verify(() => desk.change(ada, id, { assigneeId: null, state: 'resolved' }), id)
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'resolved', assigneeId: null })
  await desk.verifyFromTheStart(id)
})

test('asking for a person is told to the whole agent, once for each time', async () => {
  const { ada, place, begin, change } = await newDesk(node())
  const { id } = await begin(ada)
  const agent = streamOf('agent', place.agentId)
  const positions = []
  for (const state of ['waiting', 'waiting', 'open', 'waiting', 'resolved'] as const) {
    positions.push(positionIn((await change(ada, id, { state })).headers, agent))
  }
  expect(positions).toEqual([4, NaN, 5, 7, 8])
  const told = await node().owner`select data from events where stream = ${agent} and type = 'takeover.requested'`
  expect(told).toEqual([{ data: { conversationId: id } }, { data: { conversationId: id } }])
})

test('S2 changing a conversation to what it is changes nothing', async () => {
  const { ada, adaId, begin, change } = await newDesk(node())
  const { id } = await begin(ada)
  const { body } = await change(ada, id, { assigneeId: adaId })
  for (const same of [{ assigneeId: adaId }, { state: 'open' }, { state: 'open', assigneeId: adaId }]) {
    const again = await change(ada, id, same)
    expect(again).toMatchObject({ status: 200, body })
    expect(again.headers.get('stream-position')).toBeNull()
  }
})

test('a conversation is assigned to a member who may reply, and to nobody else', async () => {
  const { ada, barbaraId, edsger, edsgerId, workspace, begin, change, snapshot } = await newDesk(node())
  const other = await newTeam(node())
  const { id } = await begin(ada)
  await ada.delete(`/api/workspaces/${workspace.id}/members/${edsgerId}`)
  for (const assigneeId of [barbaraId, edsgerId, other.adaId, edsger.userId, crypto.randomUUID()]) {
    const refused = { status: 400, body: { code: 'invalid_input', errors: [{ path: 'assigneeId' }] } }
    expect(await change(ada, id, { assigneeId })).toMatchObject(refused)
    expect(await change(ada, id, { assigneeId, state: 'resolved' })).toMatchObject(refused)
  }
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'open', assigneeId: null })
})

test('S3 a long conversation: its snapshot is the newest messages, older ones come in pages', async () => {
  const desk = await newDesk(node())
  const { ada, barbara, path, begin, write, verify, snapshot } = desk
  const { id } = await begin(ada, { text: 'Number 0' })
  const written = [(await snapshot(ada, id)).messages[0] as Message]
  for (const n of times(mostMessagesInSnapshot + 3, (index) => index + 1))
    written.push((await write(ada, id, `Number ${n}`)).body)
  await verify(() => write(ada, id, 'The last one').then(({ body }) => written.push(body)), id)
  const { messages, conversation } = await snapshot(barbara, id)
  expect(conversation.messageCount).toBe(mostMessagesInSnapshot + 5)
  expect(messages).toEqual(written.slice(-mostMessagesInSnapshot))
  await desk.verifyFromTheStart(id)
  const page = async (query: string) => (await barbara.get<PageOf<Message>>(`${path}/conversations/${id}/messages${query}`)).body // prettier-ignore
  const first = await page('?limit=100')
  const second = await page(`?cursor=${first.nextCursor}`)
  expect([...first.items, ...second.items]).toEqual(written.toReversed())
  expect(second.nextCursor).toBeNull()
  expect((await page(`?cursor=${crypto.randomUUID()}`)).items).toEqual([])
})

test('conversations come in pages, the newest first, by state and by contact', async () => {
  const { ada, barbara, path, createContact, begin, change } = await newDesk(node())
  const { body: kay } = await createContact(ada, { name: 'Kay' })
  const made: Conversation[] = []
  for (let n = 0; n < 5; n += 1) made.unshift(await begin(ada, n % 2 ? { contactId: kay.id } : {}))
  const list = async (query: string) => (await barbara.get<PageOf<Conversation>>(`${path}/conversations${query}`)).body
  const first = await list('?limit=3')
  const second = await list(`?limit=3&cursor=${first.nextCursor}`)
  expect([...first.items, ...second.items]).toEqual(made)
  expect(second.nextCursor).toBeNull()
  expect((await list(`?contactId=${kay.id}`)).items).toEqual([made[1], made[3]])
  const waits = await change(ada, made[3]?.id ?? '', { state: 'waiting' })
  expect((await list('?state=waiting')).items).toEqual([waits.body])
  expect((await list(`?state=open&contactId=${kay.id}`)).items).toEqual([made[1]])
  for (const query of ['?state=closed', '?contactId=x', '?limit=0', '?cursor=x', '?assigneeId=x']) {
    expect((await ada.get<Failure>(`${path}/conversations${query}`)).body.code, query).toBe('invalid_input')
  }
})

test('bad input makes and changes nothing', async () => {
  const { ada, path, place, createContact, begin, snapshot } = await newDesk(node())
  const { body: kay } = await createContact(ada, { name: 'Kay' })
  const { id } = await begin(ada, { contactId: kay.id })
  const before = await snapshot(ada, id)
  const tries: [string, string, unknown][] = [
    ...[{ text: '' }, { text: ' \n ' }, { text: 'x'.repeat(8001) }, { text: 'Hello\u0000' }, { text: 7 }, { contactId: 'kay' }, { contactId: null }, { state: 'open' }, { agentId: place.agentId }].map((body): [string, string, unknown] => ['POST', '', body]),
    ...[{}, { state: 'closed' }, { state: null }, { assigneeId: 'ada' }, { assigneeId: '' }, { contactId: kay.id }, { state: 'open', messageCount: 7 }].map((body): [string, string, unknown] => ['PATCH', `/${id}`, body]),
    ...[{}, { text: '' }, { text: '\u202e' }, { text: 'x'.repeat(8001) }, { text: 'Hello', author: 'assistant' }, { text: 'Hello', at: before.conversation.createdAt }].map((body): [string, string, unknown] => ['POST', `/${id}/messages`, body]),
  ] // prettier-ignore
  for (const [method, more, body] of tries) {
    const answer = await ada.call<Failure>(method, `${path}/conversations${more}`, body)
    expect(answer, `${method} ${JSON.stringify(body)}`).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    expect(answer.body.errors?.length).toBeGreaterThan(0)
  }
  expect(await snapshot(ada, id)).toEqual(before)
  expect((await ada.get<PageOf<Conversation>>(`${path}/conversations`)).body.items).toHaveLength(1)
})

test('63 what is another agent’s, of the same workspace too, is answered like what does not exist', async () => {
  const { ada, workspace, createContact, begin, snapshot } = await newDesk(node())
  const { body: other } = await ada.createAgent(workspace.id, 'Other')
  const elsewhere = `/api/workspaces/${workspace.id}/agents/${other.id}/conversations`
  const { body: kay } = await createContact(ada, { name: 'Kay' })
  const { id } = await begin(ada, { contactId: kay.id, text: 'Hello' })
  const before = await snapshot(ada, id)
  for (const one of [id, crypto.randomUUID()]) {
    const answers = [
      await ada.get<Failure>(`${elsewhere}/${one}`),
      await ada.get<Failure>(`${elsewhere}/${one}/messages`),
      await ada.patch<Failure>(`${elsewhere}/${one}`, { state: 'resolved' }),
      await ada.post<Failure>(`${elsewhere}/${one}/messages`, { text: 'Hello' }),
    ]
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [404, 'not_found']))
  }
  for (const contactId of [kay.id, crypto.randomUUID()]) {
    expect((await ada.post(elsewhere, { contactId })).status).toBe(404)
  }
  expect((await ada.get(elsewhere)).body).toEqual({ items: [], nextCursor: null })
  expect(await snapshot(ada, id)).toEqual(before)
})

test('the same Idempotency-Key begins one conversation, and writes one message', async () => {
  const { ada, path, begin, snapshot } = await newDesk(node())
  const { id } = await begin(ada)
  const key = { 'Idempotency-Key': 'once' }
  const begun = await Promise.all(
    times(3, () => ada.post<Conversation>(`${path}/conversations`, { text: 'Once' }, key)),
  )
  const written = await Promise.all(times(3, () => ada.post<Message>(`${path}/conversations/${id}/messages`, { text: 'Once' }, key))) // prettier-ignore
  for (const answers of [begun, written]) {
    expect(answers.map(({ status, body }) => [status, body.id])).toEqual(answers.map(() => [201, answers[0]?.body.id]))
  }
  expect((await ada.get<PageOf<Conversation>>(`${path}/conversations`)).body.items).toHaveLength(2)
  expect((await snapshot(ada, id)).messages).toEqual([written[0]?.body])
})

test('S3 a product hands on what its people write, and answers as the Assistant', async () => {
  const desk = await newDesk(node())
  const { ada, adaId, place, createContact, change, snapshot, verify } = desk
  const key = await newKey(node(), place, ['conversations:read', 'conversations:write'])
  const core = coreOf(node())
  const { body: kay } = await createContact(ada, { name: 'Kay' })
  const { result } = await runCommand(core, createConversation, { ...key, conversation: { contactId: kay.id } })
  const id = result.id
  const write = (author: 'contact' | 'assistant', text = 'Hello') =>
    verify(() => runCommand(core, writeMessage, { ...key, conversationId: id, author, text }), id)
  expect((await write('contact')).result.author).toEqual({ kind: 'contact', memberId: null, name: 'Kay' })
  expect((await write('assistant')).result.author).toEqual({ kind: 'assistant', memberId: null, name: 'Assistant' })
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'open', assigneeId: null, messageCount: 2 })
  await change(ada, id, { state: 'waiting', assigneeId: adaId })
  await write('contact')
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'waiting', assigneeId: adaId })
  const alter = (changed: object) =>
    verify(() => runCommand(core, changeConversation, { ...key, conversationId: id, change: changed }), id)
  expect((await alter({ state: 'resolved' })).result).toMatchObject({ state: 'resolved', assigneeId: adaId })
  await write('assistant')
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'resolved', assigneeId: adaId })
  await write('contact', 'One more thing')
  expect((await snapshot(ada, id)).conversation).toMatchObject({ state: 'open', assigneeId: adaId })
  await expect(alter({ assigneeId: adaId })).rejects.toMatchObject({ errors: [{ path: 'assigneeId' }] })
  expect((await alter({ assigneeId: null })).result).toMatchObject({ state: 'open', assigneeId: null })
  expect(await readConversation(node().sql, 'e', { ...key, conversationId: id })).toMatchObject({
    conversation: { id },
  })
  await desk.verifyFromTheStart(id)
})

test('an API key does what its scopes say and no more', async () => {
  const { ada, place, begin, snapshot } = await newDesk(node())
  const { id } = await begin(ada, { text: 'Hello' })
  const before = await snapshot(ada, id)
  const [reads, writes] = [await newKey(node(), place, ['conversations:read']), await newKey(node(), place, ['conversations:write'])] // prettier-ignore
  const core = coreOf(node())
  const refused = [
    () => runCommand(core, createConversation, { ...reads, conversation: {} }),
    () => runCommand(core, changeConversation, { ...reads, conversationId: id, change: { state: 'resolved' } }),
    () => runCommand(core, writeMessage, { ...reads, conversationId: id, author: 'contact', text: 'Hello' }),
    () => readConversations(node().sql, writes, { limit: 50 }),
    () => readConversation(node().sql, 'e', { ...writes, conversationId: id }),
    () => readMessages(node().sql, { ...writes, conversationId: id }, { limit: 50 }),
  ]
  for (const attempt of refused) await expect(attempt()).rejects.toMatchObject({ code: 'insufficient_scope' })
  expect(await snapshot(ada, id)).toEqual(before)
})

test('two who take over at once: one has it, both have written, and the messages stand in the order of their events', async () => {
  const { ada, adaId, edsger, edsgerId, begin, write, snapshot, verify, verifyFromTheStart } = await newDesk(node())
  const { id } = await begin(ada)
  await verify(() => Promise.all(times(20, (n) => write(n % 2 ? ada : edsger, id, `Number ${n}`))), id)
  const { conversation, messages } = await snapshot(ada, id)
  expect(messages).toHaveLength(20)
  expect(conversation.assigneeId).toBe(messages[0]?.author.memberId)
  expect([adaId, edsgerId]).toContain(conversation.assigneeId)
  expect(messages.map(({ at }) => at)).toEqual(messages.map(({ at }) => at).sort())
  await verifyFromTheStart(id)
})

test('S3 messages stand in the order of their commits, whatever the clocks of the nodes that took them', async () => {
  const { ada, path, begin, write, snapshot, verifyFromTheStart } = await newDesk(node())
  const { id } = await begin(ada)
  const first = (await write(ada, id, 'First')).body
  // as a node would have made it whose clock is a day ahead
  const ahead = 'ffffffff-ffff-7fff-bfff-ffffffffffff'
  await node().owner`update messages set id = ${ahead}, at = at + interval '1 day' where id = ${first.id}`
  await node().owner`
    update events
    set data = jsonb_set(jsonb_set(data, '{message,id}', ${node().owner.json(ahead)}), '{message,at}', to_jsonb(to_char(at + interval '1 day', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
    where stream = ${streamOf('conversation', id)} and type = 'message.created'`
  await write(ada, id, 'Second')
  expect((await snapshot(ada, id)).messages.map(({ text }) => text)).toEqual(['First', 'Second'])
  await verifyFromTheStart(id)
  const { body } = await ada.get<PageOf<Message>>(`${path}/conversations/${id}/messages?cursor=${(await snapshot(ada, id)).messages[1]?.id}`) // prettier-ignore
  expect(body.items.map(({ text }) => text)).toEqual(['First'])
})
