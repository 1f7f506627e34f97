import { mostIntegrations, type Integration, type NewIntegration } from '#shared/protocol/agents/integrations.ts'
import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { integrationPlace } from '../../secrets/places.ts'
import type { Seal } from '../../secrets/seal.ts'
import { hintOf } from '../integrations/hint.ts'

type Input = AgentInput & { integration: NewIntegration; seal: Seal }

/** Where it goes is sealed from here on, and never shown again. */
export const createIntegration: Command<Input, InAgent, Integration> = {
  open: (tx, input) => openAgent(tx, input, 'whole'),
  async run({ tx, draft, workspaceId, agent, actor, at }, { integration: given, seal }) {
    requireAccess(actor, 'agent.edit')
    const [there] = await tx<{ count: number }[]>`
      select count(*) from integrations where workspace_id = ${workspaceId} and agent_id = ${agent.id}`
    if (there && there.count >= mostIntegrations) {
      throw new Refusal('limit_reached', `An agent has at most ${mostIntegrations} integrations. Delete one first.`)
    }
    const { kind, name } = given
    const target = given.kind === 'slack' ? given.url : given.to
    const id = newId()
    const sealed = seal.close(target, integrationPlace({ workspaceId, agentId: agent.id, id }))
    const integration = { id, kind, name, hint: hintOf(kind, target), active: true, problem: null, createdAt: at }
    draft.send(tx`
      insert into integrations (id, workspace_id, agent_id, kind, name, sealed_target, hint, active, created_at)
      values (${id}, ${workspaceId}, ${agent.id}, ${kind}, ${name}, ${sealed}, ${integration.hint}, true, ${at})`)
    draft.append('agent', agent.id, 'integration.created', { integration }, { actor: actorOf(actor) })
    return integration
  },
}
