import type { Delivery, Webhook } from '#shared/protocol/agents/webhooks.ts'
import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { deliveryColumns, deliveryWith, lockedWebhook, summaryOf } from '../webhook-rows.ts'
import { newPlace, wakeEndpoint } from '../webhooks/line.ts'

type Input = AgentInput & { webhookId: string; deliveryId: string }

/** Sends a delivery again, behind what waits already and with its id: to the receiver it is a repetition. */
export const replayDelivery: Command<Input, InAgent & { found: Webhook[] }, Delivery> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), lockedWebhook(tx, input)),
  async run({ tx, draft, workspaceId, agent, actor, found: [webhook] }, { webhookId, deliveryId }) {
    requireAccess(actor, 'agent.edit')
    const ids = { workspaceId, agentId: agent.id, webhookId }
    const [delivery] = await deliveryWith(tx, ids, deliveryId)
    if (!webhook || !delivery) throw notFound()
    if (delivery.status === 'pending') return delivery
    const place = await newPlace(tx, ids, delivery.test)
    const [again] = await tx<Delivery[]>`
      update webhook_deliveries
      set
        place = ${place}, status = 'pending', attempts = 0, next_attempt_at = clock_timestamp(),
        last_attempt_at = null, answer_status = null, answer_problem = null
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and webhook_id = ${webhookId} and id = ${deliveryId}
      returning ${deliveryColumns(tx)}`
    draft.send(wakeEndpoint(tx, ids))
    // the deliveries are read by HTTP alone; whoever shows them hears that there is news of them
    draft.append('agent', agent.id, 'webhook.updated', { webhook: summaryOf(webhook) }, { actor: actorOf(actor) })
    return again ?? delivery
  },
}
