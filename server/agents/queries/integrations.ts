import type { Integration } from '#shared/protocol/agents/integrations.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { notFound } from '../../core/errors.ts'
import type { AgentInput } from '../../core/opening.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { integrationsIn, integrationWith, type InIntegrationIds, type SealedIntegration } from '../integration-rows.ts'
import { readInAgent } from './read-in-agent.ts'

/** There are few: they come in one page. */
export async function readIntegrations(sql: Sql, input: AgentInput): Promise<PageOf<Integration>> {
  const [items] = await readInAgent(sql, input, { action: 'workspace.view' }, (tx) => [integrationsIn(tx, input)])
  return { items: [...items], nextCursor: null }
}

type Place = { workspaceName: string; handle: string; agentName: string }
export type IntegrationInPlace = { integration: SealedIntegration; place: Place }

/** For whoever may edit the agent. */
export async function readIntegration(
  sql: Sql,
  input: AgentInput & { integrationId: string },
): Promise<IntegrationInPlace> {
  const [[integration], [place]] = await readInAgent(sql, input, { action: 'agent.edit' }, (tx) => [
    integrationWith(tx, input, { lock: false }),
    placeOf(tx, input),
  ])
  if (!integration || !place) throw notFound()
  return { integration, place }
}

/** `earlier`: how many conversations, up to 30, began in the hour before this one. */
export type Told = IntegrationInPlace & { firstMessage: string | null; earlier: number }

/** What an integration is to be told of a conversation; null where one of them is no more, or it is switched off. */
export async function readTold(sql: Sql, ids: InIntegrationIds & { conversationId: string }): Promise<Told | null> {
  const { workspaceId, agentId, conversationId } = ids
  const scope = { workspace: workspaceId, agent: agentId }
  const [[integration], [place], [conversation], [message]] = await readWithin(sql, scope, (tx) => [
    integrationWith(tx, ids, { lock: false }),
    placeOf(tx, ids),
    tx<{ earlier: number }[]>`
      select (
        select count(*)
        from (
          select e.created_at
          from conversations e
          where e.workspace_id = ${workspaceId} and e.agent_id = ${agentId} and e.id < c.id
          order by e.id desc
          limit 30
        ) as earlier
        where earlier.created_at > c.created_at - interval '1 hour'
      ) as earlier
      from conversations c
      where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId} and c.id = ${conversationId}`,
    tx<{ text: string }[]>`
      select text
      from messages
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and conversation_id = ${conversationId}
      order by place
      limit 1`,
  ])
  if (!integration?.active || !place || !conversation) return null
  return { integration, place, firstMessage: message?.text ?? null, earlier: conversation.earlier }
}

function placeOf(tx: Tx, { workspaceId, agentId }: { workspaceId: string; agentId: string }) {
  return tx<Place[]>`
    select w.name as workspace_name, w.handle, a.name as agent_name
    from agents a join workspaces w on w.id = a.workspace_id
    where a.workspace_id = ${workspaceId} and a.id = ${agentId}`
}
