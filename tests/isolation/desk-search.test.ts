import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { newDesk } from '../support/desk.ts'
import { useNode } from '../support/node.ts'

const node = useNode()

type Place = { workspaceId: string; agentId: string }

test('T1 a search of the Help Desk without a workspace finds nothing, and in one nothing of another’s', async () => {
  const [one, two] = [await newDesk(node()), await newDesk(node())]
  for (const desk of [one, two]) await desk.ada.patch(desk.path, { helpDesk: true })
  const { id } = await one.begin(one.ada, { text: 'A needle' })
  const search = (workspaceId: string, only: string | null = null) =>
    node().owner.begin(async (tx) => {
      await tx`set local role rollcall_app`
      await tx`select set_config('app.workspace_id', ${workspaceId}, true)`
      return tx<{ id: string }[]>`select id from search_conversations('', 'needle', ${only}::uuid, 50)`
    })
  expect(await search(one.workspace.id)).toEqual([{ id }])
  for (const workspaceId of ['', two.workspace.id, randomUUID()]) {
    for (const only of [null, one.agent.id]) expect(await search(workspaceId, only)).toHaveLength(0)
  }
})

test('a search of the Help Desk finds words by their index, in the agent’s part of it', async () => {
  const [one, two] = [await newDesk(node()), await newDesk(node())]
  for (const desk of [one, two]) {
    await desk.ada.patch(desk.path, { helpDesk: true })
    await fill(desk.place, (await desk.begin(desk.ada)).id)
  }
  await node().owner`analyze messages, contacts, conversations, agents`
  const { plans, found } = await explained(one.place.workspaceId)
  expect(found).toBe(1)
  const plan = plans.find((text) => text.includes('@@')) ?? ''
  for (const index of ['messages_by_words', 'contacts_by_words']) {
    expect(plan).toMatch(new RegExp(`Bitmap Index Scan on ${index}[^>]*\\n\\s*Index Cond: \\(\\(agent_id = .*\\) AND \\(.* @@ `))
  }
  expect(plan).not.toMatch(/ Filter: .*@@/)
}) // prettier-ignore

/** A conversation of two thousand messages, three of which have the word, and as many contacts. */
async function fill({ workspaceId, agentId }: Place, conversationId: string): Promise<void> {
  const { owner } = node()
  await owner`
    insert into messages (id, workspace_id, agent_id, conversation_id, place, author, author_name, text, at)
    select
      gen_random_uuid(), ${workspaceId}, ${agentId}, ${conversationId}, n, 'contact', '',
      case when n % 700 = 0 then 'A needle, number ' else 'Straw, number ' end || n, now()
    from generate_series(1, 2100) as n`
  await owner`
    insert into contacts (id, workspace_id, agent_id, name, created_at, updated_at)
    select gen_random_uuid(), ${workspaceId}, ${agentId}, 'Kay ' || n, now(), now() from generate_series(1, 2100) as n`
}

/** Searches as the application does; answers the plans of all statements. */
async function explained(workspaceId: string) {
  const plans: string[] = []
  const sql = postgres(node().databaseUrl, {
    max: 1,
    onnotice: ({ message = '' }) => void plans.push(message),
    connection: { plan_cache_mode: 'force_generic_plan' } as never,
  })
  const found = await sql.begin(async (tx) => {
    await tx.unsafe(`
      load 'auto_explain';
      set local auto_explain.log_min_duration = 0;
      set local auto_explain.log_nested_statements = on;
      set local client_min_messages = log;
      set local role rollcall_app`)
    await tx`select set_config('app.workspace_id', ${workspaceId}, true)`
    return tx`select id from search_conversations('', 'needle', null, 50)`
  })
  await sql.end()
  return { plans, found: found.length }
}
