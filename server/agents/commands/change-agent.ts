import type { AgentChange } from '#shared/protocol/requests.ts'
import type { Agent } from '#shared/protocol/resources.ts'
import { notFound } from '../../core/errors.ts'
import {
  actorOf,
  openWith,
  openWorkspace,
  requireRight,
  type InWorkspace,
  type WorkspaceInput,
} from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { agentWith, messengerAfter } from '../rows.ts'

type Input = WorkspaceInput & { agentId: string; change: AgentChange }

/** Its name and its configuration; a field that is missing stays what it is. */
export const changeAgent: Command<Input, InWorkspace & { found: Agent[] }, Agent> = {
  open: (tx, input) => openWith(openWorkspace(tx, input), agentWith(tx, input.workspaceId, input.agentId)),
  async run({ tx, draft, workspace, actor, found: [before] }, { change }) {
    requireRight(actor, 'agent.edit')
    if (!before) throw notFound()
    const agent = changed(before, change)
    const { id, name, language, greeting, helpDesk, messenger } = agent
    if (JSON.stringify(agent) === JSON.stringify(before)) return agent
    draft.send(tx`
      update agents
      set
        name = ${name}, language = ${language}, greeting = ${greeting}, help_desk = ${helpDesk},
        messenger = ${messenger.on}, messenger_colour = ${messenger.colour}, messenger_side = ${messenger.side},
        messenger_origins = ${messenger.origins}
      where workspace_id = ${workspace.id} and id = ${id}`)
    draft.append('workspace', workspace.id, 'agent.updated', { agent }, { actor: actorOf(actor) })
    return agent
  },
}

function changed(before: Agent, { name, language, greeting, helpDesk, messenger }: AgentChange): Agent {
  return {
    ...before,
    name: name ?? before.name,
    language: language ?? before.language,
    greeting: greeting ?? before.greeting,
    helpDesk: helpDesk ?? before.helpDesk,
    messenger: messengerAfter(before.messenger, messenger),
  }
}
