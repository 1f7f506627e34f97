import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'

type Input = AgentInput & { integrationId: string }

export const deleteIntegration: Command<Input, InAgent, void> = {
  open: (tx, input) => openAgent(tx, input, 'part'),
  async run({ tx, draft, workspaceId, agent, actor }, { integrationId }) {
    requireAccess(actor, 'agent.edit')
    const deleted = await tx`
      delete from integrations
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${integrationId}
      returning id`
    if (deleted.length === 0) throw notFound()
    draft.append('agent', agent.id, 'integration.deleted', { integrationId }, { actor: actorOf(actor) })
  },
}
