import { expect, test } from 'vitest'
import type { Contact } from '#shared/protocol/agents/contacts.ts'
import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { runCommand } from '#server/core/run-command.ts'
import { changeContact } from '#server/helpdesk/commands/change-contact.ts'
import { createContact } from '#server/helpdesk/commands/create-contact.ts'
import { deleteContact } from '#server/helpdesk/commands/delete-contact.ts'
import { readContact, readContacts } from '#server/helpdesk/queries/contacts.ts'
import { coreOf, newDesk, newKey } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import type { Failure } from '../support/people.ts'
import { race } from '../support/race.ts'

const node = useNode()
const anyTime = expect.any(String) as string

test('S3 an Editor creates, changes and deletes a contact, and whoever watches the agent hears of it', async () => {
  const { edsger, barbara, path, verify, createContact: create } = await newDesk(node())
  const { status, body } = await verify(() => create(edsger, { name: 'Kay', email: 'Kay@Example.com' }))
  expect(status).toBe(201)
  expect(body).toEqual({ id: body.id, name: 'Kay', email: 'kay@example.com', externalId: null, createdAt: anyTime, updatedAt: body.createdAt }) // prettier-ignore
  const change = { name: '', email: null, externalId: 'customer 7' }
  const changed = await verify(() => edsger.patch<Contact>(`${path}/contacts/${body.id}`, change))
  expect(changed).toMatchObject({ status: 200, body: { ...body, ...change, updatedAt: anyTime } })
  expect(changed.body.updatedAt > body.updatedAt).toBe(true)
  expect((await barbara.get(`${path}/contacts/${body.id}`)).body).toEqual(changed.body)
  expect((await verify(() => edsger.delete(`${path}/contacts/${body.id}`))).status).toBe(204)
  for (const answer of [
    await edsger.get(`${path}/contacts/${body.id}`),
    await edsger.patch(`${path}/contacts/${body.id}`, { name: 'Again' }),
    await edsger.delete(`${path}/contacts/${body.id}`),
  ]) {
    expect(answer.status).toBe(404)
  }
})

test('S2 changing a contact to what it is changes nothing', async () => {
  const { edsger, path, createContact: create } = await newDesk(node())
  const { body } = await create(edsger, { name: 'Kay', externalId: '7' })
  const again = await edsger.patch(`${path}/contacts/${body.id}`, { name: ' Kay ', email: null })
  expect(again).toMatchObject({ status: 200, body })
  expect(again.headers.get('stream-position')).toBeNull()
})

test('a contact is somebody: one of name, address and id is enough, and one of them stays', async () => {
  const { ada, path, createContact: create } = await newDesk(node())
  for (const one of [{ name: 'Kay' }, { name: '', email: 'kay@example.com' }, { externalId: '7' }]) {
    expect(await create(ada, one)).toMatchObject({ status: 201, body: one })
  }
  const { body } = await create(ada, { email: 'kim@example.com' })
  const answer = await ada.patch<Failure>(`${path}/contacts/${body.id}`, { email: null })
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_input', errors: [{ path: 'name' }] } })
  expect((await ada.get(`${path}/contacts/${body.id}`)).body).toEqual(body)
})

test('an address and an id are one contact’s within the agent, and free again in another agent and after its end', async () => {
  const { ada, workspace, path, createContact: create } = await newDesk(node())
  const kay = (await create(ada, { email: 'kay@example.com', externalId: '7' })).body
  const kim = (await create(ada, { name: 'Kim' })).body
  const taken = { email: 'kay@example.com', externalId: '7' }
  for (const [field, value] of Object.entries(taken)) {
    const refused = { status: 409, body: { code: 'contact_exists', detail: expect.stringMatching(/^Another contact has this/) as string, errors: [{ path: field }] } } // prettier-ignore
    expect(await create(ada, { [field]: value })).toMatchObject(refused)
    expect(await ada.patch(`${path}/contacts/${kim.id}`, { [field]: value })).toMatchObject(refused)
  }
  expect((await ada.get(`${path}/contacts/${kim.id}`)).body).toEqual(kim)
  const { body: other } = await ada.createAgent(workspace.id, 'Other')
  expect((await ada.post(`/api/workspaces/${workspace.id}/agents/${other.id}/contacts`, taken)).status).toBe(201)
  await ada.delete(`${path}/contacts/${kay.id}`)
  expect((await ada.patch(`${path}/contacts/${kim.id}`, taken)).status).toBe(200)
})

test('twenty create or become the same contact at once: one does', async () => {
  const { ada, edsger, path, createContact: create } = await newDesk(node())
  const there = await Promise.all(Array.from({ length: 10 }, (_, n) => create(ada, { name: `Kay ${n}` })))
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, () => create(edsger, { email: 'kay@example.com' })),
    ...there.map(({ body }) => ada.patch<Contact>(`${path}/contacts/${body.id}`, { email: 'kay@example.com' })),
  ])
  const done = answers.filter(({ status }) => status < 300)
  expect(done).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
  const found = await ada.get<PageOf<Contact>>(`${path}/contacts?email=kay@example.com`)
  expect(found.body.items).toEqual([done[0]?.body])
})

test('contacts come in pages, the newest first, or by their exact address or id', async () => {
  const { ada, barbara, path, createContact: create } = await newDesk(node())
  const made: Contact[] = []
  for (let n = 0; n < 5; n += 1)
    made.unshift((await create(ada, { email: `kay${n}@example.com`, externalId: `№ ${n}` })).body)
  const page = async (query: string) => (await barbara.get<PageOf<Contact>>(`${path}/contacts${query}`)).body
  const first = await page('?limit=2')
  const second = await page(`?limit=2&cursor=${first.nextCursor}`)
  const third = await page(`?limit=2&cursor=${second.nextCursor}`)
  expect([first, second, third].flatMap(({ items }) => items)).toEqual(made)
  expect(third.nextCursor).toBeNull()
  expect(await page('?email=KAY3@example.com')).toEqual({ items: [made[1]], nextCursor: null })
  expect(await page(`?externalId=${encodeURIComponent('№ 1')}`)).toEqual({ items: [made[3]], nextCursor: null })
  expect(await page('?email=kay@example.com')).toEqual({ items: [], nextCursor: null })
  for (const query of ['?limit=0', '?limit=101', '?cursor=x', '?email=x', '?externalId=%00', '?name=Kay']) {
    expect((await ada.get<Failure>(`${path}/contacts${query}`)).body.code, query).toBe('invalid_input')
  }
})

test('bad input makes and changes nothing', async () => {
  const { ada, path, place, createContact: create } = await newDesk(node())
  const { body: kay } = await create(ada, { name: 'Kay' })
  const bad = [
    {}, { name: '' }, { name: null }, { name: 'x'.repeat(81) }, { name: 'Kay\u202e' }, { email: '' }, { email: 'kay' },
    { email: 'kay@example.com\u0000' }, { externalId: '' }, { externalId: 'x'.repeat(256) }, { externalId: 7 },
    { name: 'Kim', agentId: place.agentId }, { name: 'Kim', id: kay.id }, { name: 'Kim', createdAt: kay.createdAt },
  ] // prettier-ignore
  for (const body of bad) {
    const refused = { status: 400, body: { code: 'invalid_input', errors: expect.arrayContaining([{ path: expect.any(String) as string, message: expect.any(String) as string }]) as unknown } } // prettier-ignore
    expect(await ada.post(`${path}/contacts`, body), JSON.stringify(body)).toMatchObject(refused)
    expect(await ada.patch(`${path}/contacts/${kay.id}`, body), JSON.stringify(body)).toMatchObject(refused)
  }
  expect((await ada.get(`${path}/contacts`)).body).toEqual({ items: [kay], nextCursor: null })
})

test('the same Idempotency-Key makes one contact', async () => {
  const { ada, path } = await newDesk(node())
  const ask = () => ada.post<Contact>(`${path}/contacts`, { email: 'kay@example.com' }, { 'Idempotency-Key': 'one' })
  const answers = await Promise.all([ask(), ask(), ask()])
  expect(answers.map(({ status, body }) => [status, body.id])).toEqual(answers.map(() => [201, answers[0].body.id]))
})

test('63 the contact of another agent, of the same workspace too, is answered like one that does not exist', async () => {
  const { ada, workspace, path, createContact: create } = await newDesk(node())
  const { body: other } = await ada.createAgent(workspace.id, 'Other')
  const elsewhere = `/api/workspaces/${workspace.id}/agents/${other.id}/contacts`
  const { body: kay } = await create(ada, { name: 'Kay' })
  for (const id of [kay.id, crypto.randomUUID()]) {
    const answers = [
      await ada.get<Failure>(`${elsewhere}/${id}`),
      await ada.patch<Failure>(`${elsewhere}/${id}`, { name: 'Kim' }),
      await ada.delete<Failure>(`${elsewhere}/${id}`),
    ]
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(answers.map(() => [404, 'not_found']))
  }
  expect((await ada.get(elsewhere)).body).toEqual({ items: [], nextCursor: null })
  expect((await ada.get(`${path}/contacts/${kay.id}`)).body).toEqual(kay)
})

test('S3 a deleted contact’s conversations stay, as nobody’s, and each tells so', async () => {
  const { ada, edsger, path, verify, createContact: create, begin, snapshot } = await newDesk(node())
  const { body: kay } = await create(ada, { name: 'Kay' })
  const theirs = await begin(ada, { contactId: kay.id, text: 'Is anybody there?' })
  const others = await begin(ada, { text: 'Me, too' })
  const before = await snapshot(ada, others.id)
  await verify(() => edsger.delete(`${path}/contacts/${kay.id}`), theirs.id)
  const after = await snapshot(ada, theirs.id)
  expect(after.conversation).toMatchObject({ contactId: null, messageCount: 1 })
  expect(after.messages).toMatchObject([{ author: { kind: 'contact', name: 'Kay' }, text: 'Is anybody there?' }])
  expect(await snapshot(ada, others.id)).toEqual(before)
})

test('a contact with five thousand conversations is deleted in one piece', async () => {
  const { ada, place, workspace, path, createContact: create } = await newDesk(node())
  const { body: kay } = await create(ada, { name: 'Kay' })
  const { owner } = node()
  await owner`
    with made as (
      insert into conversations (id, workspace_id, agent_id, contact_id, state, created_at, updated_at)
      select gen_random_uuid(), ${place.workspaceId}, ${place.agentId}, ${kay.id}, 'open', now(), now()
      from generate_series(1, 5000)
      returning id
    )
    insert into streams (name, parent, agent_id)
    select 'conversation:' || id, ${streamOf('workspace', workspace.id)}, ${place.agentId} from made`
  const { status, headers } = await ada.delete(`${path}/contacts/${kay.id}`)
  expect(status).toBe(204)
  expect(headers.get('stream-position')).toContain(streamOf('agent', place.agentId))
  expect(headers.get('stream-position')?.length).toBeLessThan(4000)
  const { position } = await ada.roster(workspace.id)
  const events = await owner`
    select distinct s.position as head, e.position, e.type, e.behind, e.data->'conversation'->>'contactId' as contact
    from conversations c join streams s on s.name = 'conversation:' || c.id join events e on e.stream = s.name
    where c.agent_id = ${place.agentId} and e.data->'conversation'->>'id' = c.id::text`
  expect(events).toMatchObject([{ head: '1', position: '1', type: 'conversation.updated', behind: String(position), contact: null }]) // prettier-ignore
})

test('deleting a contact against beginning a conversation with it: a conversation of nobody’s, or none', async () => {
  const { ada, edsger, path, createContact: create, snapshot } = await newDesk(node())
  const outcomes = await race({ rounds: 20, possible: 2 }, async (n, later) => {
    const { body: kay } = await create(ada, { name: `Kay ${n}` })
    const begin = () => edsger.post<Conversation>(`${path}/conversations`, { contactId: kay.id, text: 'Hello' })
    const remove = () => ada.delete<Conversation>(`${path}/contacts/${kay.id}`)
    const [begun, removed] = await Promise.all(n % 2 ? [begin(), later(remove)] : [later(begin), remove()])
    expect(removed.status).toBe(204)
    if (begun.status === 201) expect((await snapshot(ada, begun.body.id)).conversation.contactId).toBeNull()
    return [`${begun.status}`]
  })
  expect(outcomes).toEqual(['201', '404'])
})

test('an API key does what its scopes say and no more, and names nobody as who did it', async () => {
  const { ada, place, path, createContact: create } = await newDesk(node())
  const { body: kay } = await create(ada, { name: 'Kay' })
  const [reads, writes] = [
    await newKey(node(), place, ['contacts:read']),
    await newKey(node(), place, ['contacts:write']),
  ]
  const core = coreOf(node())
  const made = await runCommand(core, createContact, { ...writes, contact: { name: 'Kim' } })
  const change = { ...writes, contactId: made.result.id, change: { externalId: '7' } }
  expect((await runCommand(core, changeContact, change)).result).toMatchObject({ name: 'Kim', externalId: '7' })
  expect((await readContacts(node().sql, reads, { limit: 50 })).items).toHaveLength(2)
  await runCommand(core, deleteContact, { ...writes, contactId: made.result.id })
  const [told] = await node().owner`
    select count(*) as events, count(actor) as actors from events where stream = ${streamOf('agent', place.agentId)}`
  expect(told).toEqual({ events: '4', actors: '1' })
  const refused = [
    () => runCommand(core, createContact, { ...reads, contact: { name: 'Kim' } }),
    () => runCommand(core, changeContact, { ...reads, contactId: kay.id, change: { name: 'Kim' } }),
    () => runCommand(core, deleteContact, { ...reads, contactId: kay.id }),
    () => readContact(node().sql, { ...writes, contactId: kay.id }),
  ]
  for (const attempt of refused) await expect(attempt()).rejects.toMatchObject({ code: 'insufficient_scope' })
  await node().owner`delete from api_keys where id = ${reads.apiKeyId}`
  await expect(readContact(node().sql, { ...reads, contactId: kay.id })).rejects.toMatchObject({
    code: 'invalid_api_key',
  })
  expect((await ada.get(`${path}/contacts`)).body).toEqual({ items: [kay], nextCursor: null })
})

test('past all commands no contact goes while a conversation is theirs, and none is another agent’s', async () => {
  const { ada, workspace, place, createContact: create, begin } = await newDesk(node())
  const { body: kay } = await create(ada, { name: 'Kay' })
  const { id } = await begin(ada, { contactId: kay.id })
  const { body: other } = await ada.createAgent(workspace.id, 'Other')
  const { owner } = node()
  for (const attempt of [
    () => owner`delete from contacts where id = ${kay.id}`,
    () => owner`
      insert into conversations (id, workspace_id, agent_id, contact_id, state, created_at, updated_at)
      values (gen_random_uuid(), ${place.workspaceId}, ${other.id}, ${kay.id}, 'open', now(), now())`,
    () => owner`update contacts set agent_id = ${other.id} where id = ${kay.id}`,
    () => owner`update conversations set agent_id = ${other.id} where id = ${id}`,
  ]) {
    await expect(attempt()).rejects.toThrow(/foreign key|stays where it was made/)
  }
})
