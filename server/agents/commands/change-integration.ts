import type { Integration, IntegrationChange } from '#shared/protocol/agents/integrations.ts'
import { badInput, notFound } from '../../core/errors.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentInput, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { integrationPlace } from '../../secrets/places.ts'
import type { Seal } from '../../secrets/seal.ts'
import { integrationWith, withoutTarget, type SealedIntegration } from '../integration-rows.ts'
import { hintOf } from '../integrations/hint.ts'

type Input = AgentInput & { integrationId: string; change: IntegrationChange; seal: Seal }

/** Where it goes can be replaced, not read. Given anew, even as it was, it is a change: nobody learns whether it was. */
export const changeIntegration: Command<Input, InAgent & { found: SealedIntegration[] }, Integration> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), integrationWith(tx, input, { lock: true })),
  async run({ tx, draft, workspaceId, agent, actor, found: [row] }, { integrationId, change, seal }) {
    requireAccess(actor, 'agent.edit')
    if (!row) throw notFound()
    const target = targetOf(row.kind, change)
    const before = withoutTarget(row)
    const integration = changed(before, change, target)
    if (target === undefined && JSON.stringify(integration) === JSON.stringify(before)) return before
    const place = integrationPlace({ workspaceId, agentId: agent.id, id: integrationId })
    const sealed = target === undefined ? row.sealedTarget : seal.close(target, place)
    const { name, hint, active, problem } = integration
    draft.send(tx`
      update integrations
      set name = ${name}, hint = ${hint}, active = ${active}, problem = ${problem}, sealed_target = ${sealed}
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${integrationId}`)
    draft.append('agent', agent.id, 'integration.updated', { integration }, { actor: actorOf(actor) })
    return integration
  },
}

function targetOf(kind: Integration['kind'], { url, to }: IntegrationChange): string | undefined {
  if (kind === 'slack' && to !== undefined) throw badInput('to', 'Give a web address: this integration goes to Slack.')
  if (kind === 'email' && url !== undefined) throw badInput('url', 'Give an email address: this integration sends emails.')
  return url ?? to
} // prettier-ignore

function changed(before: Integration, { name, active }: IntegrationChange, target: string | undefined): Integration {
  const isFresh = target !== undefined || (active === true && !before.active)
  return {
    ...before,
    name: name ?? before.name,
    active: active ?? before.active,
    hint: target === undefined ? before.hint : hintOf(before.kind, target),
    problem: isFresh ? null : before.problem,
  }
}
