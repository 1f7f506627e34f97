import { randomUUID } from 'node:crypto'
import type { PageOf } from '#shared/protocol/page.ts'
import type { TestNode } from './node.ts'
import { newMessenger, newVisitor } from './visitor.ts'

export type Secrets = Awaited<ReturnType<typeof newSecrets>>

/** A visitor with a conversation, and round about it, in names and ids that stand nowhere else, all that is not theirs. */
export async function newSecrets(node: TestNode) {
  const one = await newMessenger(node)
  const { ada, grace, edsger, barbara, mallory, workspace, agent, path, visitor } = one
  const inWorkspace = `/api/workspaces/${workspace.id}`
  const word = canary()
  await ada.patch(inWorkspace, { name: word, handle: word })
  for (const person of [grace, edsger, barbara]) await person.patch(`${inWorkspace}/membership`, { displayName: canary() })
  const { body: conversation } = await visitor.begin()
  await one.write(ada, conversation.id, 'Good day!')
  await one.change(ada, conversation.id, { assigneeId: one.graceId })
  await visitor.introduce({ name: canary(), email: `${canary()}@example.com` })
  const { body: kay } = await one.createContact(ada, { name: canary(), email: `${canary()}@example.com`, externalId: canary() })
  const ofTeam = await one.begin(ada, { contactId: kay.id, text: canary() })
  const another = newVisitor(node, agent.id)
  const { body: ofAnother } = await another.begin(canary())
  await another.introduce({ name: canary(), email: `${canary()}@example.com` })
  const { elsewhere, sibling, ofElsewhere } = await besides(node, one)
  const { body: made } = await ada.createApiKey(workspace.id, agent.id, { name: canary(), scopes: ['contacts:read'] })
  const { body: contacts } = await ada.get<PageOf<{ id: string; name: string; email: string }>>(`${path}/contacts`)
  const visitors = await node.owner<{ id: string }[]>`select id from visitors`
  const { members } = await ada.roster(workspace.id)
  const people = members.map((member) => [member.userId, member.email, ...(member.id === one.adaId ? [] : [member.id, member.displayName])])
  const foreignIds = [
    ...[workspace.id, workspace.accountId, one.graceId, ada.userId, sibling.id, made.apiKey.id],
    ...[ofTeam.id, ofAnother.id, ofElsewhere.id, kay.id, visitors[0]?.id ?? ''],
  ]
  const secrets = [
    ...foreignIds,
    ...[word, sibling.name, mallory.email, made.key, made.apiKey.name, kay.externalId ?? ''],
    ...[visitor.token, another.token, elsewhere.token, (ada.cookie().split('=')[1] ?? '')],
    ...people.flat(),
    ...visitors.map(({ id }) => id),
    ...contacts.items.flatMap(({ id, name, email }) => [id, name, email]),
    ...(await wordsIn(node, [ofTeam.id, ofAnother.id, ofElsewhere.id])),
  ]
  return {
    ...one,
    another,
    elsewhere,
    conversationId: conversation.id,
    foreignConversations: [ofTeam.id, ofAnother.id, ofElsewhere.id],
    foreignIds,
    foreignEmails: contacts.items.map(({ email }) => email),
    apiKey: made.key,
    session: ada.cookie().split('=')[1] ?? '',
    secrets,
  }
} // prettier-ignore

/** Another agent of the workspace, which was written to until its Messenger was switched off. */
async function besides(node: TestNode, { ada, workspace }: Awaited<ReturnType<typeof newMessenger>>) {
  const { body: sibling } = await ada.createAgent(workspace.id, canary())
  const inSibling = `/api/workspaces/${workspace.id}/agents/${sibling.id}`
  await ada.patch(inSibling, { messenger: { on: true } })
  const elsewhere = newVisitor(node, sibling.id)
  const { body: ofElsewhere } = await elsewhere.begin(canary())
  await ada.patch(inSibling, { messenger: { on: false } })
  return { sibling, elsewhere, ofElsewhere }
}

async function wordsIn({ owner }: TestNode, conversations: string[]): Promise<string[]> {
  const rows = await owner<{ text: string }[]>`select text from messages where conversation_id = any(${conversations}::uuid[])`
  return rows.map(({ text }) => text)
} // prettier-ignore

function canary(): string {
  return `canary${randomUUID().slice(0, 8)}`
}
