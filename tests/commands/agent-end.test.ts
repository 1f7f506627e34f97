import { expect, test } from 'vitest'
import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import { newDesk, newKey, type Desk } from '../support/desk.ts'
import { useNode } from '../support/node.ts'
import { race } from '../support/race.ts'
import { newVisitor } from '../support/visitor.ts'

const node = useNode()

test('I19 a deleted agent leaves nothing in any table, and another agent loses nothing', async () => {
  const desk = await newDesk(node())
  const { ada, path, workspace, place } = desk
  const { body: other } = await ada.createAgent(workspace.id, 'Other')
  const elsewhere = { workspaceId: workspace.id, agentId: other.id }
  for (const one of [place, elsewhere]) await fill(desk, one)
  const [before, kept] = [await left(place.agentId), await left(elsewhere.agentId)]
  // every table that can hold something of an agent does
  expect(Object.entries(before).filter(([, rows]) => rows === 0)).toEqual([])
  expect((await ada.delete(path)).status).toBe(204)
  const after = await left(place.agentId)
  expect(after).toEqual(Object.fromEntries(Object.keys(before).map((table) => [table, 0])))
  expect(await left(elsewhere.agentId)).toEqual(kept)
})

test('deleting an agent against what is written in it: written and gone with it, or never written', async () => {
  const { ada, edsger, workspace } = await newDesk(node())
  const outcomes = await race({ rounds: 24, possible: 4 }, async (n, later) => {
    const { body: agent } = await ada.createAgent(workspace.id, `Agent ${n}`)
    const path = `/api/workspaces/${workspace.id}/agents/${agent.id}`
    const { body: conversation } = await ada.post<Conversation>(`${path}/conversations`, {})
    const write = () => edsger.post<Message>(`${path}/conversations/${conversation.id}/messages`, { text: 'Hello' })
    const begin = () => edsger.post<Conversation>(`${path}/conversations`, { text: 'Hello' })
    const remove = () => ada.delete(path)
    const calls = [write, remove, begin]
    const order = [...calls.slice(n % 3), ...calls.slice(0, n % 3)]
    const [first, ...others] = order
    const answers = await Promise.all([first?.(), ...others.map((call) => later<{ status: number }>(call))])
    const statusOf = (call: () => unknown) => answers[order.findIndex((one) => one === call)]?.status
    expect(statusOf(remove)).toBe(204)
    expect(Object.entries(await left(agent.id)).filter(([, rows]) => rows > 0)).toEqual([])
    return [write, begin].map((call) => `${call.name} ${statusOf(call)}`)
  })
  expect(outcomes).toEqual(['begin 201', 'begin 404', 'write 201', 'write 404'])
  const orphans = await node().owner`
    select name from streams s
    where name like 'conversation:%' and not exists (select from conversations c where 'conversation:' || c.id = s.name)`
  expect(orphans).toEqual([])
})

type Place = Desk['place']

/** Something of everything that an agent can have. */
async function fill({ ada }: Desk, place: Place): Promise<void> {
  const path = `/api/workspaces/${place.workspaceId}/agents/${place.agentId}`
  const { body: kay } = await ada.post<{ id: string }>(`${path}/contacts`, { name: 'Kay' })
  const { body } = await ada.post<Conversation>(`${path}/conversations`, { contactId: kay.id, text: 'Hello' })
  await ada.post(`${path}/conversations/${body.id}/messages`, { text: 'Good day' })
  await ada.post(`${path}/conversations/${body.id}/read`, { upTo: 1 })
  await ada.patch(path, { messenger: { on: true } })
  await newVisitor(node(), place.agentId).begin()
  await newKey(node(), place, ['contacts:read'])
  const { workspaceId, agentId } = place
  const [resource, webhook] = [crypto.randomUUID(), crypto.randomUUID()]
  const { owner } = node()
  await owner`
    insert into resources (id, workspace_id, agent_id, kind, title, content, language, status, created_at, updated_at)
    values (${resource}, ${workspaceId}, ${agentId}, 'text', 'Hours', 'Nine to five', 'en', 'ready', now(), now())`
  await owner`
    insert into passages (workspace_id, agent_id, resource_id, nth, configuration, title, body)
    values (${workspaceId}, ${agentId}, ${resource}, 1, 'english', 'Hours', 'Nine to five')`
  await owner`
    insert into webhooks (id, workspace_id, agent_id, url, events, active, sealed_secret, created_at)
    values (${webhook}, ${workspaceId}, ${agentId}, 'https://example.com/', '{}', true, 'sealed', now())`
  await owner`
    insert into webhook_deliveries (id, workspace_id, agent_id, webhook_id, place, type, payload, status, created_at)
    values (gen_random_uuid(), ${workspaceId}, ${agentId}, ${webhook}, 1, 'contact.created', '{}', 'delivered', now())`
  await owner`
    insert into integrations (id, workspace_id, agent_id, kind, name, sealed_target, hint, active, created_at)
    values (gen_random_uuid(), ${workspaceId}, ${agentId}, 'slack', 'Slack', 'sealed', 'example.com', true, now())`
}

/** How many rows each table has of this agent; of the events those of its streams. */
async function left(agentId: string): Promise<Record<string, number>> {
  const { owner } = node()
  const tables = await owner<{ name: string }[]>`
    select c.table_name as name
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and c.column_name = 'agent_id' and t.table_type = 'BASE TABLE'
    order by c.table_name`
  const counts: Record<string, number> = {}
  for (const { name } of tables) {
    const [row] = await owner<
      { rows: string }[]
    >`select count(*) as rows from ${owner(name)} where agent_id = ${agentId}`
    counts[name] = Number(row?.rows)
  }
  const [agents] = await owner<{ rows: string }[]>`select count(*) as rows from agents where id = ${agentId}`
  const [events] = await owner<{ rows: string }[]>`
    select count(*) as rows from events
    where stream = ${`agent:${agentId}`} or data->'conversation'->>'agentId' = ${agentId}`
  return { ...counts, agents: Number(agents?.rows), events: Number(events?.rows) }
}
