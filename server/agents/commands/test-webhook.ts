import type { Delivery, Webhook, WebhookEvent } from '#shared/protocol/agents/webhooks.ts'
import { notFound } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { deliveryColumns, lockedWebhook, summaryOf } from '../webhook-rows.ts'
import { newPlace, wakeEndpoint } from '../webhooks/line.ts'
import { samples } from '../webhooks/samples.ts'

type Input = AgentInput & { webhookId: string; type: WebhookEvent }

/** Sends an event that did not happen, and says so, to this endpoint alone: also where it is off or not subscribed. */
export const testWebhook: Command<Input, InAgent & { found: Webhook[] }, Delivery> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), lockedWebhook(tx, input)),
  async run({ tx, draft, workspaceId, agent, actor, at, found: [webhook] }, { webhookId, type }) {
    requireAccess(actor, 'agent.edit')
    if (!webhook) throw notFound()
    const ids = { workspaceId, agentId: agent.id, webhookId }
    const id = newId()
    const data = { workspaceId, agentId: agent.id, ...samples[type]({ agentId: agent.id, at }) }
    const payload = JSON.stringify({ type, timestamp: at, test: true, data })
    const place = await newPlace(tx, ids, true)
    const [delivery] = await tx<Delivery[]>`
      insert into webhook_deliveries
        (id, workspace_id, agent_id, webhook_id, place, type, payload, test, status, next_attempt_at, created_at)
      values (
        ${id}, ${workspaceId}, ${agent.id}, ${webhookId}, ${place}, ${type}, ${payload}, true, 'pending',
        clock_timestamp(), ${at}
      )
      returning ${deliveryColumns(tx)}`
    if (!delivery) throw new Error('A delivery that was just made is missing.')
    draft.send(wakeEndpoint(tx, ids))
    draft.append('agent', agent.id, 'webhook.updated', { webhook: summaryOf(webhook) }, { actor: actorOf(actor) })
    return delivery
  },
}
