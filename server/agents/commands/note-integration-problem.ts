import { openByJob } from '../../core/open-by-job.ts'
import type { Command } from '../../core/run-command.ts'
import { integrationWith, withoutTarget, type InIntegrationIds, type SealedIntegration } from '../integration-rows.ts'

/** `sealedTarget`: where it went. Whoever has changed that meanwhile means another place. */
type Input = InIntegrationIds & { sealedTarget: string; problem: string | null }

/** Notes, by nobody's doing, why the last message could not be handed on, or that it could. */
export const noteIntegrationProblem: Command<Input, { found: SealedIntegration | undefined }, void> = {
  async open(tx, ids) {
    const { found, at } = await openByJob(tx, ids, integrationWith(tx, ids, { lock: true }))
    return { found: found[0][0], at }
  },
  async run({ tx, draft, found }, { workspaceId, agentId, integrationId, sealedTarget, problem: given }) {
    const problem = given?.slice(0, 300) ?? null
    if (!found || found.sealedTarget !== sealedTarget || found.problem === problem) return
    draft.send(tx`
      update integrations set problem = ${problem}
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${integrationId}`)
    draft.append('agent', agentId, 'integration.updated', { integration: { ...withoutTarget(found), problem } })
  },
}
