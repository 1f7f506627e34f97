import type { Resource, ResourceSummary } from '#shared/protocol/agents/knowledge.ts'
import { notFound, Refusal } from '../../core/errors.ts'
import { actorOf, openAgent, openWith, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { fetchKey } from '../fetch-key.ts'
import { resourceWith, summaryOf } from '../resource-rows.ts'

/** `permit` throws where no further page may be read for this agent now. */
type Input = AgentCaller & { resourceId: string; permit: () => Promise<void> }

/** Has a page read again. Until it was, and also where it cannot be, what was read before is found. */
export const refreshResource: Command<Input, InAgent & { found: Resource[] }, ResourceSummary> = {
  open: (tx, input) => openWith(openAgent(tx, input, 'part'), resourceWith(tx, input, true)),
  async run({ tx, draft, workspaceId, agent, actor, at, found: [before] }, { permit }) {
    requireAccess(actor, 'agent.edit', 'knowledge:write')
    if (!before) throw notFound()
    if (before.kind !== 'url') throw new Refusal('invalid_input', 'Only a page is read again.')
    if (before.status === 'fetching') return summaryOf(before)
    await permit()
    const resource = summaryOf({ ...before, status: 'fetching', problem: null, updatedAt: at })
    draft.send(tx`
      update resources
      set status = 'fetching', problem = null, updated_at = ${at}
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${before.id}`)
    const ids = { workspaceId, agentId: agent.id, resourceId: before.id }
    // a page that was never read may not be in the language that was taken for want of a better one
    const takeLanguage = before.fetchedAt === null && before.language === agent.language
    draft.send(enqueue(tx, { task: 'fetch-resource', payload: { ...ids, takeLanguage, attempt: 1 }, key: fetchKey(before.id) })) // prettier-ignore
    draft.append('agent', agent.id, 'resource.updated', { resource }, { actor: actorOf(actor) })
    return resource
  },
}
