import type { DeliveriesQuery, Delivery, Webhook } from '#shared/protocol/agents/webhooks.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { notFound } from '../../core/errors.ts'
import type { AgentInput } from '../../core/opening.ts'
import { pageFrom } from '../../core/page.ts'
import type { Sql } from '../../db/sql.ts'
import { pageOfDeliveries, wholeWebhooksIn } from '../webhook-rows.ts'
import { readInAgent } from './read-in-agent.ts'

/** With their addresses, so for whoever may edit the agent. There are few: they come in one page. */
export async function readWebhooks(sql: Sql, input: AgentInput): Promise<PageOf<Webhook>> {
  const [items] = await readInAgent(sql, input, { action: 'agent.edit' }, (tx) => [wholeWebhooksIn(tx, input)])
  return { items: [...items], nextCursor: null }
}

export async function readDeliveries(
  sql: Sql,
  input: AgentInput & { webhookId: string },
  page: DeliveriesQuery,
): Promise<PageOf<Delivery>> {
  const [[webhook], found] = await readInAgent(sql, input, { action: 'agent.edit' }, (tx) => [
    tx`
      select id from webhooks
      where workspace_id = ${input.workspaceId} and agent_id = ${input.agentId} and id = ${input.webhookId}`,
    pageOfDeliveries(tx, input, { ...page, limit: page.limit + 1 }),
  ])
  if (!webhook) throw notFound()
  return pageFrom(found, page.limit)
}

/** Throws unless this person may edit the agent: before an answer is given again that held a secret. */
export async function requireEditor(sql: Sql, input: AgentInput): Promise<void> {
  await readInAgent(sql, input, { action: 'agent.edit' }, () => [])
}
