import { afterEach, expect, test } from 'vitest'
import type { Contact } from '#shared/protocol/agents/contacts.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { useNode } from '../support/node.ts'
import { useStatements } from '../support/statements.ts'
import { newMessenger, newVisitor } from '../support/visitor.ts'

const statements = useStatements()
const node = useNode(async (url) => ({ databaseUrl: await statements.through(url) }))
const rounds = Array.from({ length: 6 }, (_, n) => n)

/** Commands that the database broke off, since each waited for the other, or that were refused. */
const brokenOff = () => statements.count(/^rollback/)
afterEach(() => statements.forget())

test('two pages that one visitor has open begin at the same time: one visitor, and each their conversation', async () => {
  const { agent } = await newMessenger(node())
  for (const _ of rounds) {
    const visitor = newVisitor(node(), agent.id)
    const pages = [visitor, newVisitor(node(), agent.id, visitor.token)]
    const begun = await Promise.all(pages.flatMap((page) => [page.begin('One'), page.begin('Two')]))
    expect(begun.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    const { items } = (await visitor.list()).body
    expect(items.map(({ id }) => id).sort()).toEqual(begun.map(({ body }) => body.id).sort())
  }
  const [counted] = await node().owner<{ visitors: number }[]>`
    select count(*)::int as visitors from visitors where agent_id = ${agent.id}`
  expect(counted).toEqual({ visitors: rounds.length })
})

test('S3 who says twice at the same time who they are is one contact; the other time is told so', async () => {
  const { agent, ada, path, verify, snapshot, verifyFromTheStart } = await newMessenger(node())
  const ids: string[] = []
  await verify(async () => {
    for (const n of rounds) {
      const visitor = newVisitor(node(), agent.id)
      const { body } = await visitor.begin()
      ids.push(body.id)
      const told = await Promise.all(['one', 'two'].map((name) => visitor.introduce({ name, email: `${name}${n}@example.com` })))
      expect(told.map(({ status }) => status).sort()).toEqual([204, 409])
      expect(told.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'contact_exists' })
    }
  })
  const { items } = (await ada.get<PageOf<Contact>>(`${path}/contacts`)).body
  const contacts = await Promise.all(ids.map(async (id) => (await snapshot(ada, id)).conversation.contactId))
  expect(contacts.sort()).toEqual(items.map(({ id }) => id).sort())
  await verifyFromTheStart(ids[0] ?? '')
}) // prettier-ignore

test('S3 two visitors who give one address at the same time are one contact, known before or not', async () => {
  const { agent, ada, snapshot, verify } = await newMessenger(node())
  await verify(async () => {
    for (const n of rounds) {
      const visitors = [newVisitor(node(), agent.id), newVisitor(node(), agent.id)]
      const begun = await Promise.all(visitors.map((visitor) => visitor.begin()))
      const told = await Promise.all(visitors.map((visitor) => visitor.introduce({ email: `same${n}@example.com` })))
      expect(told.map(({ status }) => status)).toEqual([204, 204])
      const contacts = await Promise.all(begun.map(({ body }) => snapshot(ada, body.id)))
      expect(new Set(contacts.map(({ conversation }) => conversation.contactId)).size).toBe(1)
      expect(contacts[0]?.conversation.contactId).not.toBeNull()
    }
  })
  expect(brokenOff()).toBe(0)
})

test('S3 who gives an address while its contact is deleted is nobody’s or a new contact, and is never told to try again', async () => {
  const { agent, ada, path, createContact, snapshot, verify, verifyFromTheStart } = await newMessenger(node())
  const ids: string[] = []
  await verify(async () => {
    for (const n of rounds) {
      const email = `going${n}@example.com`
      const visitor = newVisitor(node(), agent.id)
      const [{ body }, { body: kay }] = [await visitor.begin(), await createContact(ada, { name: 'Kay', email })]
      ids.push(body.id)
      const both = [visitor.introduce({ email }), ada.delete(`${path}/contacts/${kay.id}`)]
      expect((await Promise.all(both)).map(({ status }) => status)).toEqual([204, 204])
    }
  })
  const { items } = (await ada.get<PageOf<Contact>>(`${path}/contacts`)).body
  for (const [n, id] of ids.entries()) {
    const { contactId } = (await snapshot(ada, id)).conversation
    expect(contactId).toBe(items.find(({ email }) => email === `going${n}@example.com`)?.id ?? null)
    await verifyFromTheStart(id)
  }
  expect(brokenOff()).toBe(0)
})

test('S3 a contact is deleted while its visitor writes, begins and asks for a person: nobody waits for each other', async () => {
  const { agent, ada, path, verify, verifyFromTheStart } = await newMessenger(node())
  const ids: string[] = []
  await verify(async () => {
    for (const n of rounds) {
      const visitor = newVisitor(node(), agent.id)
      const { body } = await visitor.begin()
      ids.push(body.id)
      await visitor.introduce({ email: `writing${n}@example.com` })
      const { items } = (await ada.get<PageOf<Contact>>(`${path}/contacts`)).body
      const contact = items.find(({ email }) => email === `writing${n}@example.com`)
      const answers = await Promise.all([
        ada.delete(`${path}/contacts/${contact?.id}`),
        visitor.write(body.id),
        visitor.begin(),
        visitor.askForPerson(body.id),
      ])
      expect(answers.map(({ status }) => status)).toEqual([204, 201, 201, 200])
    }
  })
  for (const id of ids) await verifyFromTheStart(id)
  expect(brokenOff()).toBe(0)
})

test('S3 asking for a person against somebody’s taking over: in either order as one after the other', async () => {
  const { agent, ada, adaId, edsger, edsgerId, write, change, snapshot, verify, verifyFromTheStart } = await newMessenger(node()) // prettier-ignore
  const ids: string[] = []
  await verify(async () => {
    for (const n of rounds) {
      const visitor = newVisitor(node(), agent.id)
      const { body } = await visitor.begin()
      ids.push(body.id)
      const takeOver = n % 2 ? change(edsger, body.id, { assigneeId: edsgerId }) : write(ada, body.id)
      const answers = await Promise.all([visitor.askForPerson(body.id), takeOver, visitor.write(body.id)])
      for (const { status } of answers) expect(status).toBeLessThan(300)
    }
  })
  for (const [n, id] of ids.entries()) {
    const { conversation } = await snapshot(ada, id)
    expect(conversation.assigneeId).toBe(n % 2 ? edsgerId : adaId)
    // whoever was assigned is waited for until they write; whoever wrote is there
    expect(n % 2 ? ['open', 'waiting'] : ['open']).toContain(conversation.state)
    await verifyFromTheStart(id)
  }
  expect(brokenOff()).toBe(0)
})

test('S3 a contact that is new while a message waits for its conversation is listed as it is called from then on', async () => {
  const { ada, path, visitor, verify, write } = await newMessenger(node())
  const { body } = await visitor.begin()
  await verify(async () => {
    const answers: Promise<{ status: number }>[] = []
    await node().owner.begin(async (tx) => {
      // the message is held up once it knows what lists tell of the contact, and before it is told
      await tx`lock table messages in exclusive mode`
      await tx`savepoint before`
      await tx`select id from conversations where id = ${body.id} for update`
      answers.push(visitor.introduce({ name: 'Kay' }))
      await expect.poll(waiting).toBe(1)
      answers.push(write(ada, body.id))
      await expect.poll(waiting).toBe(2)
      await tx`rollback to savepoint before`
      expect((await answers[0])?.status).toBe(204)
      await expect.poll(waiting).toBe(1)
      const { items } = (await ada.get<PageOf<Contact>>(`${path}/contacts`)).body
      let renamed = false
      const change = ada.patch(`${path}/contacts/${items[0]?.id}`, { name: 'Kay McNulty' })
      answers.push(change.finally(() => (renamed = true)))
      await expect.poll(async () => renamed || (await waiting()) === 2).toBe(true)
    })
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([204, 201, 200])
  }, body.id)
}) // prettier-ignore

/** How many of the application's statements wait for a lock. */
async function waiting(): Promise<number> {
  const rows = await node().owner`
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'rollcall' and wait_event_type = 'Lock'`
  return rows.length
}
