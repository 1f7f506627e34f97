import { mostWebhooks, type Webhook, type WebhookEvent } from '#shared/protocol/agents/webhooks.ts'
import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { webhookPlace } from '../../secrets/places.ts'
import type { Seal } from '../../secrets/seal.ts'
import { summaryOf } from '../webhook-rows.ts'

type Input = AgentInput & { url: string; events: WebhookEvent[]; secret: string; seal: Seal }
/** The secret is sealed as its row has it: the answer of a repeated request stands in the database for a day. */
export type SealedWebhook = { webhook: Webhook; sealedSecret: string }

/** The agent is locked: nobody makes one more than there may be. */
export const createWebhook: Command<Input, InAgent, SealedWebhook> = {
  open: (tx, input) => openAgent(tx, input, 'whole'),
  async run({ tx, draft, workspaceId, agent, actor, at }, { url, events, secret, seal }) {
    requireAccess(actor, 'agent.edit')
    const [there] = await tx<{ count: number }[]>`
      select count(*) from webhooks where workspace_id = ${workspaceId} and agent_id = ${agent.id}`
    if (there && there.count >= mostWebhooks) {
      throw new Refusal('limit_reached', `An agent has at most ${mostWebhooks} webhooks. Delete one first.`)
    }
    const id = newId()
    const sealedSecret = seal.close(secret, webhookPlace({ workspaceId, agentId: agent.id, id }))
    const rest = { events, active: true, problem: null, createdAt: at, failingSince: null }
    const webhook = { id, host: new URL(url).host, url, ...rest }
    draft.send(tx`
      insert into webhooks (id, workspace_id, agent_id, url, events, active, sealed_secret, created_at)
      values (${id}, ${workspaceId}, ${agent.id}, ${url}, ${events}, true, ${sealedSecret}, ${at})`)
    draft.append('agent', agent.id, 'webhook.created', { webhook: summaryOf(webhook) }, { actor: actorOf(actor) })
    return { webhook, sealedSecret }
  },
}
