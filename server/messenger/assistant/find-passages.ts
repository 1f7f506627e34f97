import { questionOf } from '../../agents/question.ts'
import type { InAgentIds } from '../../agents/resource-rows.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'

/** A passage of the knowledge base. `share`: of the question's words, how many it has, from 0 to 1. */
export type Passage = { kind: 'text' | 'qa' | 'url'; title: string; url: string | null; body: string; share: number }

/** The best passage of each resource that has words of the question, the best first; null where nothing was taught. */
export async function findPassages(
  sql: Sql,
  { workspaceId, agentId }: InAgentIds,
  text: string,
  most: number,
): Promise<Passage[] | null> {
  const { question, binding, loose } = questionOf(text)
  const [[taught], rows] = await readWithin(sql, { workspace: workspaceId, agent: agentId }, (tx) => [
    tx`select 1 from passages where workspace_id = ${workspaceId} and agent_id = ${agentId} limit 1`,
    tx<Passage[]>`
      select
        r.kind, r.title, r.url, case r.kind when 'qa' then left(r.content, 3000) else p.body end as body,
        coalesce((
          select avg((p.words @@ ('''' || replace(replace(word, '\\', '\\\\'), '''', '''''') || '''')::tsquery)::int)
          from unnest(tsvector_to_array(to_tsvector(p.configuration, ${question}::text))) as word
        ), 0)::float8 as share
      from search_passages(${question}, ${binding}, ${loose}, ${most}) as best
        join resources r on r.workspace_id = ${workspaceId} and r.agent_id = ${agentId} and r.id = best.resource_id
        join passages p on p.workspace_id = r.workspace_id and p.agent_id = r.agent_id
          and p.resource_id = r.id and p.nth = best.nth
      order by share desc, best.rank desc, best.resource_id`,
  ])
  return taught ? [...rows] : null
}
