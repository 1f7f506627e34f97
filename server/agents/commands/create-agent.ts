import { firstMessenger } from '#shared/protocol/agents/messenger.ts'
import { mostAgents, type NewAgent } from '#shared/protocol/requests.ts'
import type { Agent } from '#shared/protocol/resources.ts'
import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openWorkspace, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { messengerAfter } from '../rows.ts'

/** The workspace's lock is held meanwhile: it is not deleted under an agent that is just made. */
export const createAgent: Command<WorkspaceInput & NewAgent, InWorkspace, Agent> = {
  open: openWorkspace,
  async run(
    { tx, draft, workspace, actor, at },
    { name, language = 'en', greeting = '', helpDesk = false, messenger: given },
  ) {
    requireRight(actor, 'agent.manage')
    const [there] = await tx<{ count: number }[]>`
      select count(*) from agents where workspace_id = ${workspace.id}`
    if (there && there.count >= mostAgents) {
      throw new Refusal('limit_reached', `A workspace has at most ${mostAgents} agents. Delete one first.`)
    }
    const messenger = messengerAfter(firstMessenger, given)
    const agent = { id: newId(), name, language, greeting, helpDesk, messenger, createdAt: at }
    draft.send(tx`
      insert into agents (
        id, workspace_id, name, language, greeting, help_desk,
        messenger, messenger_colour, messenger_side, messenger_origins, created_at
      )
      values (
        ${agent.id}, ${workspace.id}, ${name}, ${language}, ${greeting}, ${helpDesk},
        ${messenger.on}, ${messenger.colour}, ${messenger.side}, ${messenger.origins}, ${at}
      )`)
    draft.append('workspace', workspace.id, 'agent.created', { agent }, { actor: actorOf(actor) })
    return agent
  },
}
