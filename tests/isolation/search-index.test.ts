import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { newKnowledge } from '../support/knowledge.ts'
import { useNode } from '../support/node.ts'

const node = useNode()

test('T1 a search reads what has its words by the index, whoever owns the tables, and no other agent’s', async () => {
  const one = await newKnowledge(node())
  const two = await newKnowledge(node())
  for (const { place } of [one, two]) await fill(place)
  await node().owner`analyze passages`
  const { plans, found } = await explained(one.place, 'needle')
  expect(found).toHaveLength(3)
  const owners = await node().owner<{ agentId: string }[]>`
    select distinct agent_id from resources where id = any(${found}::uuid[])`
  expect(owners).toEqual([{ agentId: one.place.agentId }])
  const searching = plans.filter((plan) => plan.includes('@@'))
  expect(searching).toHaveLength(1)
  // the words in the index, not in a filter behind it
  expect(searching[0]).toMatch(
    /Bitmap Index Scan on passages_by_words[^>]*\n\s*Index Cond: \(\(agent_id = .*\) AND \(words @@ /,
  )
  expect(searching[0]).not.toMatch(/Filter: .*@@/)
})

test('T1 a search without a scope, or in half of one, finds nothing', async () => {
  const { place } = await newKnowledge(node())
  await fill(place)
  const { owner } = node()
  const search = (workspaceId: string, agentId: string) =>
    owner.begin(async (tx) => {
      await tx`set local role rollcall_app`
      await tx`select set_config('app.workspace_id', ${workspaceId}, true), set_config('app.agent_id', ${agentId}, true)`
      return tx`select resource_id from search_passages('needle', '', 'needle', 10)`
    })
  for (const [workspaceId, agentId] of [['', ''], [place.workspaceId, ''], ['', place.agentId], [randomUUID(), place.agentId], [place.workspaceId, randomUUID()]] as const) {
    expect(await search(workspaceId, agentId)).toHaveLength(0)
  } // prettier-ignore
  expect(await search(place.workspaceId, place.agentId)).toHaveLength(3)
})

/** Two thousand texts, three of which have the word. */
async function fill({ workspaceId, agentId }: { workspaceId: string; agentId: string }): Promise<void> {
  await node().owner`
    with made as (
      insert into resources (id, workspace_id, agent_id, kind, title, content, language, status, created_at, updated_at)
      select
        gen_random_uuid(), ${workspaceId}, ${agentId}, 'text', 'Hay ' || n,
        case when n % 700 = 0 then 'A needle, number ' else 'Straw, number ' end || n, 'en', 'ready', now(), now()
      from generate_series(1, 2100) as n
      returning id, title, content
    )
    insert into passages (workspace_id, agent_id, resource_id, nth, configuration, title, body)
    select ${workspaceId}, ${agentId}, id, 1, 'english', title, content from made`
}

/** Searches as the application does, in a database whose owner row-level security binds; answers the plans of all statements. */
async function explained(place: { workspaceId: string; agentId: string }, q: string) {
  const plans: string[] = []
  const sql = postgres(node().databaseUrl, {
    max: 1,
    onnotice: ({ message = '' }) => void plans.push(message),
    connection: { plan_cache_mode: 'force_generic_plan' } as never,
  })
  const undone = new Error('undone')
  let found: string[] = []
  await sql
    .begin(async (tx) => {
      await tx.unsafe(`
        load 'auto_explain';
        create role plain_owner nologin;
        alter function search_passages owner to plain_owner;
        alter table passages owner to plain_owner;
        create policy plain_reads on passages for select to plain_owner using (true);
        set local auto_explain.log_min_duration = 0;
        set local auto_explain.log_nested_statements = on;
        set local client_min_messages = log;
        set local role rollcall_app`)
      await tx`
        select
          set_config('app.workspace_id', ${place.workspaceId}, true),
          set_config('app.agent_id', ${place.agentId}, true)`
      const rows = await tx<{ id: string }[]>`select resource_id as id from search_passages(${q}, '', ${q}, 10)`
      found = rows.map(({ id }) => id)
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  await sql.end()
  return { plans, found }
}
