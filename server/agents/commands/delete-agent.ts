import { notFound } from '../../core/errors.ts'
import { actorOf, openWorkspace, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'

type Input = WorkspaceInput & { agentId: string }

/** Removes everything of the agent for good. */
export const deleteAgent: Command<Input, InWorkspace, void> = {
  open: openWorkspace,
  async run({ tx, draft, workspace, actor }, { agentId }) {
    requireRight(actor, 'agent.manage')
    const deleted = await tx`delete from agents where workspace_id = ${workspace.id} and id = ${agentId} returning id`
    if (deleted.length === 0) throw notFound()
    draft.append('workspace', workspace.id, 'agent.deleted', { agentId }, { actor: actorOf(actor) })
  },
}
