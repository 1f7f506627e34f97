import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { webhookPlace } from '../../secrets/places.ts'
import type { Seal } from '../../secrets/seal.ts'
import { lockedWebhook, summaryOf, type WebhookRow } from '../webhook-rows.ts'
import type { SealedWebhook } from './create-webhook.ts'

type Input = AgentInput & { webhookId: string; secret: string; seal: Seal }

/** The former secret signs beside the new one for a day, so that a receiver can change over. */
export const rotateWebhookSecret: Command<Input, InAgent & { found: WebhookRow[] }, SealedWebhook> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), lockedWebhook(tx, input)),
  async run({ tx, draft, workspaceId, agent, actor, found: [row] }, { webhookId, secret, seal }) {
    requireAccess(actor, 'agent.edit')
    if (!row) throw notFound()
    const { sealedSecret: former, ...webhook } = row
    const sealedSecret = seal.close(secret, webhookPlace({ workspaceId, agentId: agent.id, id: webhookId }))
    draft.send(tx`
      update webhooks
      set
        sealed_secret = ${sealedSecret}, former_sealed_secret = ${former},
        former_secret_until = clock_timestamp() + interval '1 day'
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${webhookId}`)
    draft.append('agent', agent.id, 'webhook.updated', { webhook: summaryOf(webhook) }, { actor: actorOf(actor) })
    return { webhook, sealedSecret }
  },
}
