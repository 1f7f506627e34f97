import type { Resource } from '#shared/protocol/agents/knowledge.ts'
import type { Unit } from '../core/run-command.ts'
import { passagesOf } from './passages.ts'
import type { InAgentIds } from './resource-rows.ts'
import { searchConfigurations } from './search-configurations.ts'

/** Makes the resource found by what it says now, and by nothing that it said before. */
export function indexResource({ tx, draft }: Unit, { workspaceId, agentId }: InAgentIds, resource: Resource): void {
  const { id, title, content, language } = resource
  draft.send(tx`
    delete from passages
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and resource_id = ${id}`)
  const passages = passagesOf(content)
  if (passages.length === 0) return
  draft.send(tx`
    insert into passages (workspace_id, agent_id, resource_id, nth, configuration, title, body)
    select ${workspaceId}, ${agentId}, ${id}, nth, ${searchConfigurations[language]}::text::regconfig, ${title}, body
    from unnest(${passages}::text[]) with ordinality as passage (body, nth)`)
}
