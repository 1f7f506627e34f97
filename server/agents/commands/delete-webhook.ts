import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { withdraw } from '../../jobs/enqueue.ts'

type Input = AgentInput & { webhookId: string }

/** What waits for it goes with it. */
export const deleteWebhook: Command<Input, InAgent, void> = {
  open: (tx, input) => openAgent(tx, input, 'part'),
  async run({ tx, draft, workspaceId, agent, actor }, { webhookId }) {
    requireAccess(actor, 'agent.edit')
    const deleted = await tx`
      delete from webhooks
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${webhookId}
      returning id`
    if (deleted.length === 0) throw notFound()
    // its job may be due only when whoever delivers just now should have let go of it
    draft.send(withdraw(tx, `webhook:${webhookId}`))
    draft.append('agent', agent.id, 'webhook.deleted', { webhookId }, { actor: actorOf(actor) })
  },
}
