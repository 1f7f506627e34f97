import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'

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
    draft.append('agent', agent.id, 'webhook.deleted', { webhookId }, { actor: actorOf(actor) })
  },
}
