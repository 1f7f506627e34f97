import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { withdraw } from '../../jobs/enqueue.ts'
import { fetchKey } from '../fetch-key.ts'

type Input = AgentCaller & { resourceId: string }

export const deleteResource: Command<Input, InAgent, void> = {
  open: (tx, input) => openAgent(tx, input, 'part'),
  async run({ tx, draft, workspaceId, agent, actor }, { resourceId }) {
    requireAccess(actor, 'agent.edit', 'knowledge:write')
    const deleted = await tx`
      delete from resources
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${resourceId}
      returning id`
    if (deleted.length === 0) throw notFound()
    draft.send(withdraw(tx, fetchKey(resourceId)))
    draft.append('agent', agent.id, 'resource.deleted', { resourceId }, { actor: actorOf(actor) })
  },
}
