import { notFound } from '../../core/errors.ts'
import { actorOf, openAgent, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'

type Input = AgentInput & { apiKeyId: string }

/** From its answer on the key opens nothing: what was under way with it is waited for. */
export const revokeApiKey: Command<Input, InAgent, void> = {
  open: (tx, input) => openAgent(tx, input, 'whole'),
  async run({ tx, draft, workspaceId, agent, actor }, { apiKeyId }) {
    requireAccess(actor, 'agent.manage')
    const revoked = await tx`
      delete from api_keys
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${apiKeyId}
      returning id`
    if (revoked.length === 0) throw notFound()
    draft.append('agent', agent.id, 'api_key.revoked', { apiKeyId }, { actor: actorOf(actor) })
  },
}
