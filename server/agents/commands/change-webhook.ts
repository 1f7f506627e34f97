import type { Webhook, WebhookEvent } from '#shared/protocol/agents/webhooks.ts'
import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { lockedWebhook, summaryOf, type WebhookRow } from '../webhook-rows.ts'
import { wakeEndpoint } from '../webhooks/line.ts'

type Change = { url?: string | undefined; events?: WebhookEvent[] | undefined; active?: boolean | undefined }
type Input = AgentInput & { webhookId: string; change: Change }

/** Switched on, or with another address, it begins anew: what waits for it is tried at once. */
export const changeWebhook: Command<Input, InAgent & { found: WebhookRow[] }, Webhook> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), lockedWebhook(tx, input)),
  async run({ tx, draft, workspaceId, agent, actor, found: [row] }, { webhookId, change }) {
    requireAccess(actor, 'agent.edit')
    if (!row) throw notFound()
    const { sealedSecret: _, ...before } = row
    const webhook = changed(before, change)
    if (JSON.stringify(webhook) === JSON.stringify(before)) return before
    const { url, events, active, problem, failingSince } = webhook
    draft.send(tx`
      update webhooks
      set url = ${url}, events = ${events}, active = ${active}, problem = ${problem}, failing_since = ${failingSince}
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${webhookId}`)
    if (beginsAnew(before, webhook)) {
      const ids = { workspaceId, agentId: agent.id, webhookId }
      draft.send(tx`
        update webhooks set held_until = null
        where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${webhookId}`)
      draft.send(tx`
        update webhook_deliveries set next_attempt_at = clock_timestamp()
        where workspace_id = ${workspaceId} and agent_id = ${agent.id} and webhook_id = ${webhookId}
          and status = 'pending' and next_attempt_at > clock_timestamp()`)
      draft.send(wakeEndpoint(tx, ids))
    }
    draft.append('agent', agent.id, 'webhook.updated', { webhook: summaryOf(webhook) }, { actor: actorOf(actor) })
    return webhook
  },
}

function changed(before: Webhook, { url, events, active }: Change): Webhook {
  const webhook = {
    ...before,
    ...(url !== undefined && { url, host: new URL(url).host }),
    events: events ?? before.events,
    active: active ?? before.active,
  }
  if (!beginsAnew(before, webhook)) return webhook
  return { ...webhook, problem: webhook.active ? null : before.problem, failingSince: null }
}

function beginsAnew(before: Webhook, after: Webhook): boolean {
  return (after.active && !before.active) || after.url !== before.url
}
