import type { Found, ResourceSummary, SearchAnswer } from '#shared/protocol/agents/knowledge.ts'
import type { AgentCaller } from '../../core/opening.ts'
import type { Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { highlighting, marks, partsOf } from '../headline.ts'
import { questionOf } from '../question.ts'
import { resourceColumns } from '../resource-rows.ts'
import { readInAgent } from './read-in-agent.ts'
import { toRead } from './resources.ts'

type Wanted = { q: string; limit: number }
type Row = ResourceSummary & { headline: string; rank: number }

/** The resources that answer a question best, each with its best passage, the best one first. */
export async function search(sql: Sql, caller: AgentCaller, wanted: Wanted): Promise<SearchAnswer> {
  const [rows] = await readInAgent(sql, caller, toRead, (tx) => [found(tx, caller, wanted)])
  return { items: rows.map(foundOf) }
}

function found(tx: Tx, { workspaceId, agentId }: AgentCaller, { q, limit }: Wanted) {
  const { question, binding, loose } = questionOf(q)
  return tx<Row[]>`
    select
      ${resourceColumns(tx)}, best.rank,
      (
        select ts_headline(p.configuration, translate(p.body, ${marks.start + marks.stop}, ''), best.query, ${highlighting})
        from passages p
        where p.workspace_id = ${workspaceId} and p.agent_id = ${agentId}
          and p.resource_id = best.resource_id and p.nth = best.nth
      ) as headline
    from search_passages(${question}, ${binding}, ${loose}, ${limit}) as best
    join resources on resources.workspace_id = ${workspaceId} and resources.agent_id = ${agentId}
      and resources.id = best.resource_id
    order by best.rank desc, best.resource_id`
}

function foundOf({ headline, rank, ...resource }: Row): Found {
  return { resource, snippet: partsOf(headline), rank }
}
