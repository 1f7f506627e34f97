import type { Command } from '../../core/run-command.ts'
import { enter, together } from '../../core/tenant.ts'
import { integrationWith, withoutTarget, type InIntegrationIds, type SealedIntegration } from '../integration-rows.ts'

/** `sealedTarget`: where it went. Whoever has changed that meanwhile means another place. */
type Input = InIntegrationIds & { sealedTarget: string; problem: string | null }

/** Notes, by nobody's doing, why the last message could not be handed on, or that it could. */
export const noteIntegrationProblem: Command<Input, { found: SealedIntegration | undefined }, void> = {
  async open(tx, ids) {
    const { workspaceId, agentId } = ids
    const [, , , [found], [clock]] = await together(
      enter(tx, { workspace: workspaceId, agent: agentId }),
      tx`select id from workspaces where id = ${workspaceId} for share`,
      tx`select id from agents where workspace_id = ${workspaceId} and id = ${agentId} for key share`,
      integrationWith(tx, ids, { lock: true }),
      tx<{ at: string }[]>`select date_trunc('milliseconds', clock_timestamp()) as at`,
    )
    return { found, at: clock?.at ?? '' }
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
