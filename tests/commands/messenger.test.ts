import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Contact } from '#shared/protocol/agents/contacts.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import {
  mostOpenFromAddress,
  mostOpenOfVisitor,
  visitorConversationSchema,
  visitorMessageSchema,
} from '#shared/protocol/visitors.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { cleanUp } from '#server/jobs/clean-up.ts'
import { coreOf } from '../support/desk.ts'
import { positionIn } from '../support/live.ts'
import { useNode } from '../support/node.ts'
import { newPerson } from '../support/people.ts'
import { newMessenger, newToken, newVisitor } from '../support/visitor.ts'

const node = useNode()

test('what anybody may know of a Messenger, and that there is none where it is off', async () => {
  const { ada, path, agent, visitor } = await newMessenger(node())
  const nobody = newPerson(node())
  await ada.patch(path, { greeting: 'Hello!', messenger: { colour: '#c01048', side: 'left' } })
  const shown = await nobody.get(visitor.path)
  expect(shown).toMatchObject({ status: 200, body: { name: agent.name, language: 'en', greeting: 'Hello!', colour: '#c01048', side: 'left', people: true } }) // prettier-ignore
  expect(Object.keys(shown.body as object)).toHaveLength(6)
  const { body } = await visitor.begin()
  await ada.patch(path, { messenger: { on: false } })
  const answers = [
    nobody.get(visitor.path),
    visitor.list(),
    visitor.snapshot(body.id),
    visitor.write(body.id),
    visitor.begin(),
  ]
  for (const { status, body: said } of await Promise.all(answers)) expect({ status, said }).toMatchObject({ status: 404, said: { code: 'not_found' } }) // prettier-ignore
  await expect(visitor.live()).rejects.toThrow('unauthenticated')
  expect((await nobody.get(`/api/messenger/${randomUUID()}`)).status).toBe(404)
})

test('S3 a visitor begins a conversation, which the team sees as an open one of nobody that it knows', async () => {
  const { barbara, visitor, verify, snapshot, verifyFromTheStart } = await newMessenger(node())
  const { status, body, headers } = await verify(() => visitor.begin(' Is anybody there?\n'))
  expect(status).toBe(201)
  expect(visitorConversationSchema.parse(body)).toMatchObject({ state: 'open', answeredByTeam: false, messageCount: 1 })
  expect(headers.get('stream-position')).toBe(`conversation:${body.id}=2`)
  expect(await snapshot(barbara, body.id)).toMatchObject({
    conversation: { contactId: null, assigneeId: null, state: 'open' },
    messages: [{ author: { kind: 'contact', memberId: null, name: '' }, text: 'Is anybody there?' }],
  })
  await verifyFromTheStart(body.id)
  const mine = await visitor.snapshot(body.id)
  expect(mine.body).toMatchObject({ position: 2, messages: [{ author: { kind: 'visitor', memberId: null, name: '' } }], faces: [] })
  expect((await visitor.list()).body.items).toEqual([mine.body.conversation])
  expect((await newVisitor(node(), visitor.agentId).list()).body.items).toEqual([])
  const rows = await node().owner<{ tokenHash: Buffer }[]>`select token_hash from visitors where agent_id = ${visitor.agentId}`
  expect(rows.map((row) => row.tokenHash.length)).toEqual([32])
  expect(JSON.stringify(await node().owner`select * from events`)).not.toContain(visitor.token)
}) // prettier-ignore

test('S3 visitor and member write, and each sees the other’s words; a resolved conversation opens again', async () => {
  const { ada, adaId, edsger, visitor, verifyBoth, write, change, snapshot } = await newMessenger(node())
  const { body } = await visitor.begin()
  await verifyBoth(body.id, () => write(ada, body.id, 'Good day!'))
  expect((await visitor.snapshot(body.id)).body).toMatchObject({
    conversation: { state: 'open', answeredByTeam: true },
    messages: [{}, { author: { kind: 'member', memberId: adaId, name: 'Ada' }, text: 'Good day!' }],
    faces: [{ memberId: adaId, name: 'Ada', avatarUrl: null }],
  })
  const { status, body: message } = await verifyBoth(body.id, () => visitor.write(body.id, 'Thank you'))
  expect(status).toBe(201)
  expect(visitorMessageSchema.parse(message)).toMatchObject({ author: { kind: 'visitor' }, text: 'Thank you' })
  await verifyBoth(body.id, () => change(edsger, body.id, { state: 'resolved' }))
  await verifyBoth(body.id, () => visitor.write(body.id))
  expect((await snapshot(ada, body.id)).conversation).toMatchObject({
    state: 'open',
    assigneeId: adaId,
    messageCount: 4,
  })
})

test('S3 asking for a person is told to the team once; where somebody has it already nothing changes', async () => {
  const { ada, place, visitor, verifyBoth, write, change } = await newMessenger(node())
  const { body } = await visitor.begin()
  const first = await verifyBoth(body.id, () => visitor.askForPerson(body.id))
  expect(first).toMatchObject({ status: 200, body: { state: 'waiting', answeredByTeam: false } })
  const requests = () => node().owner`
    select 1 from events where stream = ${streamOf('agent', place.agentId)} and type = 'takeover.requested'`
  expect(await requests()).toHaveLength(1)
  await verifyBoth(body.id, () => visitor.askForPerson(body.id))
  expect(await requests()).toHaveLength(1)
  await write(ada, body.id, 'Here I am')
  expect((await verifyBoth(body.id, () => visitor.askForPerson(body.id))).body.state).toBe('open')
  await change(ada, body.id, { state: 'resolved', assigneeId: null })
  expect((await verifyBoth(body.id, () => visitor.askForPerson(body.id))).body.state).toBe('waiting')
})

test('S3 a visitor says once who they are, which makes a contact of them and of all that they wrote', async () => {
  const { ada, path, visitor, verifyBoth, snapshot } = await newMessenger(node())
  const [one, two] = [(await visitor.begin()).body, (await visitor.begin('Another matter')).body]
  const told = await verifyBoth(one.id, () => visitor.introduce({ name: 'Kay', email: 'Kay@Example.com' }))
  expect(told.status).toBe(204)
  const { body: contacts } = await ada.get<PageOf<Contact>>(`${path}/contacts`)
  expect(contacts.items).toMatchObject([{ name: 'Kay', email: 'kay@example.com', externalId: null }])
  for (const { id } of [one, two, (await visitor.begin('A third')).body]) {
    expect((await snapshot(ada, id)).conversation.contactId).toBe(contacts.items[0]?.id)
  }
  expect(await visitor.introduce({ name: 'Somebody else' })).toMatchObject({ status: 409, body: { code: 'contact_exists' } })
  expect((await visitor.call('PUT', '/visitor', {})).status).toBe(400)
  const unknown = newVisitor(node(), visitor.agentId)
  expect((await unknown.introduce({ name: 'Nobody' })).status).toBe(404)
}) // prettier-ignore

test('whoever gives the address of somebody known changes nothing of theirs and learns nothing of it', async () => {
  const { ada, path, visitor, createContact, begin, snapshot } = await newMessenger(node())
  const { body: kay } = await createContact(ada, { name: 'Kay', email: 'kay@example.com', externalId: 'customer-7' })
  const before = await begin(ada, { contactId: kay.id, text: 'A secret' })
  const { body } = await visitor.begin()
  const [told, other] = [await visitor.introduce({ name: 'Mallory', email: 'kay@example.com' }), newVisitor(node(), visitor.agentId)]
  await other.begin()
  const unknown = await other.introduce({ name: 'Lee', email: 'lee@example.com' })
  expect([told.status, told.body]).toEqual([unknown.status, unknown.body])
  expect((await ada.get<Contact>(`${path}/contacts/${kay.id}`)).body).toEqual(kay)
  expect((await snapshot(ada, body.id)).conversation.contactId).toBe(kay.id)
  expect((await visitor.list()).body.items.map(({ id }) => id)).toEqual([body.id])
  expect((await visitor.snapshot(before.id)).status).toBe(404)
  expect(visitor.heard.join()).not.toMatch(/Kay|customer-7|A secret/)
}) // prettier-ignore

test('a deleted contact leaves the visitor, who can say who they are again', async () => {
  const { ada, path, visitor } = await newMessenger(node())
  await visitor.begin()
  await visitor.introduce({ name: 'Kay' })
  const { body } = await ada.get<PageOf<Contact>>(`${path}/contacts`)
  expect((await ada.delete(`${path}/contacts/${body.items[0]?.id}`)).status).toBe(204)
  expect((await visitor.introduce({ name: 'Kay again' })).status).toBe(204)
})

test('a message that is sent twice on a bad line is one, and a conversation that is begun twice is one', async () => {
  const { visitor } = await newMessenger(node())
  const key = { 'Idempotency-Key': randomUUID() }
  const [one, two] = [await visitor.begin('Hello', key), await visitor.begin('Hello', key)]
  expect(two.body).toEqual(one.body)
  const again = { 'Idempotency-Key': randomUUID() }
  const told = await Promise.all([1, 2, 3].map(() => visitor.write(one.body.id, 'Once', again)))
  expect(new Set(told.map(({ body }) => body.id)).size).toBe(1)
  expect((await visitor.snapshot(one.body.id)).body.messages.map(({ text }) => text)).toEqual(['Hello', 'Once'])
})

test('a visitor has at most so many conversations unresolved, also when many are begun at once', async () => {
  const { ada, visitor, change } = await newMessenger(node())
  const begun = await Promise.all(Array.from({ length: mostOpenOfVisitor + 4 }, (_, n) => visitor.begin(`No. ${n}`)))
  const statuses = begun.map(({ status }) => status).sort()
  expect(statuses).toEqual([...Array<number>(mostOpenOfVisitor).fill(201), ...Array<number>(4).fill(409)])
  expect(begun.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'limit_reached' })
  const open = begun.find(({ status }) => status === 201)?.body.id ?? ''
  await change(ada, open, { state: 'resolved' })
  expect((await visitor.begin()).status).toBe(201)
})

test('at one agent only so many conversations from one address are unresolved, also when many are begun at once', async () => {
  const { owner } = node()
  const { ada, agent, visitor, change } = await newMessenger(node())
  const { body } = await visitor.begin()
  const left = 3
  await owner`
    insert into conversations (id, workspace_id, agent_id, visitor_id, begun_from, state, message_count, created_at, updated_at)
    select gen_random_uuid(), workspace_id, agent_id, visitor_id, begun_from, state, 0, created_at, updated_at
    from conversations, generate_series(2, ${mostOpenFromAddress - left})
    where id = ${body.id}`
  const others = Array.from({ length: left + 4 }, () => newVisitor(node(), agent.id))
  const begun = await Promise.all(others.map((other) => other.begin()))
  const statuses = begun.map(({ status }) => status).sort()
  expect(statuses).toEqual([...Array<number>(left).fill(201), ...Array<number>(4).fill(409)])
  expect(begun.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'limit_reached' })
  await change(ada, body.id, { state: 'resolved' })
  const late = newVisitor(node(), agent.id)
  expect((await late.begin()).status).toBe(201)
  expect((await late.begin()).status).toBe(409)
  // those of yesterday count no more, and nothing is kept of where they came from
  await owner`update conversations set created_at = created_at - interval '25 hours' where agent_id = ${agent.id}`
  expect((await late.begin()).status).toBe(201)
  await cleanUp(coreOf(node()))
  const kept = await owner<{ kept: number }[]>`
    select count(*)::int as kept from conversations where agent_id = ${agent.id} and begun_from is not null`
  expect(kept).toEqual([{ kept: 1 }])
})

test('a visitor sees a new name and picture at once, of whoever wrote to them and of nobody else', async () => {
  const { ada, adaId, edsger, workspace, visitor, write } = await newMessenger(node())
  const { body } = await visitor.begin()
  const live = await visitor.live()
  const stream = streamOf('conversation', body.id)
  expect(await live.watch(stream)).toMatchObject({ ok: true, reset: true })
  await write(ada, body.id)
  await live.until(() => live.faces.get(adaId)?.name === 'Ada')
  await edsger.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Hidden' })
  const { headers } = await ada.patch(`/api/workspaces/${workspace.id}/membership`, { displayName: 'Countess' })
  await live.until(() => live.faces.get(adaId)?.name === 'Countess')
  expect(live.faces.get(adaId)?.at).toBe(positionIn(headers, streamOf('workspace', workspace.id)))
  expect([...live.faces.keys()]).toEqual([adaId])
  expect((await visitor.snapshot(body.id)).body.faces).toMatchObject([{ memberId: adaId, name: 'Countess' }])
  live.close()
})

test('a Messenger that is switched off is shut for whoever has it open', async () => {
  const { ada, path, visitor, write } = await newMessenger(node())
  const { body } = await visitor.begin()
  const live = await visitor.live()
  const stream = streamOf('conversation', body.id)
  await live.watch(stream)
  await ada.patch(path, { messenger: { on: false } })
  await live.until(() => live.closed.length > 0)
  expect(live.closed).toEqual([{ stream, code: 'removed' }])
  await write(ada, body.id, 'Nobody hears this')
  expect(await live.watch(stream)).toEqual({ ok: false, code: 'not_found' })
  expect(live.eventsOf(stream)).toEqual([])
  live.close()
})

test.each([
  ['no token', ''],
  ['half a token', `Bearer ${newToken().slice(0, 20)}`],
  ['another kind', `Basic ${newToken()}`],
])('a request with %s is not signed in', async (_, authorization) => {
  const { visitor } = await newMessenger(node())
  const answer = await newPerson(node()).call('GET', `${visitor.path}/conversations`, undefined, { Authorization: authorization })
  expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
}) // prettier-ignore
