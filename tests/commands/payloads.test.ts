import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import type { Contact } from '#shared/protocol/agents/contacts.ts'
import { webhookEvents, type WebhookEvent } from '#shared/protocol/agents/webhooks.ts'
import { accountEvents, agentEvents, conversationEvents, workspaceEvents } from '#shared/protocol/events.ts'
import { idSchema, timeSchema } from '#shared/protocol/resources.ts'
import { samples } from '#server/agents/webhooks/samples.ts'
import { useNode } from '../support/node.ts'
import { createWebhook, newDesk, type Desk } from '../support/outside.ts'
import { join, newUser, type Person } from '../support/people.ts'
import { reachable, verified, type Payload } from '../support/receiver.ts'
import { useReceiver } from '../support/use-receiver.ts'

const node = useNode({}, 1000, reachable)
const receiver = useReceiver()

const dataOf = {
  'contact.created': agentEvents['contact.created'],
  'contact.updated': agentEvents['contact.updated'],
  'conversation.created': agentEvents['conversation.created'],
  'message.created': conversationEvents['message.created'],
  'takeover.requested': agentEvents['takeover.requested'],
  'member.joined': workspaceEvents['member.joined'],
  'member.removed': workspaceEvents['member.removed'],
  'invitation.accepted': workspaceEvents['invitation.accepted'],
  'seats.exhausted': accountEvents['seats.exhausted'],
} satisfies Record<WebhookEvent, z.ZodObject>

/** Nothing but this: what is not named here fails. */
function payloadOf(type: WebhookEvent) {
  const data = (dataOf[type] as z.ZodObject).extend({ workspaceId: idSchema, agentId: idSchema })
  return z.strictObject({ type: z.literal(type), timestamp: timeSchema, data })
}

test('152 each event is told as its command told it, where it happened, and nothing more', async () => {
  const desk = await newDesk(node())
  const { secret } = (await createWebhook(desk, { url: receiver().url('/payloads'), events: [...webhookEvents] })).body
  const grace = await everythingHappens(desk)
  const got = (await receiver().until('/payloads', webhookEvents.length)).map((one) => ({ payload: verified(secret, one), text: one.body })) // prettier-ignore
  expect(got.map(({ payload }) => payload.type).sort()).toEqual([...webhookEvents].sort())
  for (const { payload } of got) {
    payloadOf(payload.type as WebhookEvent).parse(payload)
    expect(payload.data).toMatchObject({ workspaceId: desk.workspaceId, agentId: desk.agentId })
  }
  const told = (type: WebhookEvent) => (got.find(({ payload }) => payload.type === type) as { payload: Payload }).payload // prettier-ignore
  expect(told('member.joined').data).toMatchObject({ member: { email: grace.email, displayName: 'Grace', role: 'editor' } }) // prettier-ignore
  expect(told('message.created').data).toMatchObject({ message: { text: 'Is anybody there?', author: { kind: 'contact', name: 'Zed' } } }) // prettier-ignore
  expect(told('contact.updated').data).toMatchObject({ contact: { name: 'Zed', email: 'zed@example.com' } })
  expect(told('seats.exhausted').data).toEqual({ workspaceId: desk.workspaceId, agentId: desk.agentId, used: 1, limit: 1 }) // prettier-ignore
  const rows = await node().owner<{ word: string }[]>`
    select encode(token_hash, 'hex') as word from invitations union all select id from sessions
    union all select password_hash from users`
  const all = got.map(({ text }) => text).join()
  for (const { word } of rows.filter((row) => row.word)) expect(all).not.toContain(word)
  for (const word of ['argon2', 'whsec_', desk.owner.cookie().split('=')[1] ?? '']) expect(all).not.toContain(word)
})

test('what the test button sends looks like what happens', () => {
  const moment = { agentId: crypto.randomUUID(), at: new Date().toISOString() }
  for (const type of webhookEvents) {
    const data = { workspaceId: crypto.randomUUID(), agentId: moment.agentId, ...samples[type](moment) }
    payloadOf(type).parse({ type, timestamp: moment.at, data })
  }
})

/** One of each, by its command. Answers who joined and was removed. */
async function everythingHappens({ owner, workspaceId, path }: Desk): Promise<Person> {
  await owner.setAddonSeats(1)
  const { body: contact } = await owner.post<Contact>(`${path}/contacts`, { name: 'Zed' })
  await owner.patch(`${path}/contacts/${contact.id}`, { email: 'zed@example.com' })
  const asked = { contactId: contact.id, text: 'Is anybody there?' }
  const { body: conversation } = await owner.post<Conversation>(`${path}/conversations`, asked)
  await owner.patch(`${path}/conversations/${conversation.id}`, { state: 'waiting' })
  const grace = await newUser(node(), 'Grace')
  const memberId = await join(owner, workspaceId, grace, 'editor')
  await owner.delete(`/api/workspaces/${workspaceId}/members/${memberId}`)
  return grace
}
