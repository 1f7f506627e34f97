import type { Messenger } from '#shared/protocol/agents/messenger.ts'
import type { PageQuery } from '#shared/protocol/page.ts'
import type { AgentChange } from '#shared/protocol/requests.ts'
import type { Agent } from '#shared/protocol/resources.ts'
import type { Tx } from '../core/tenant.ts'

const agentColumns = (tx: Tx) => tx`
  id, name, language, greeting, help_desk,
  json_build_object(
    'on', messenger, 'colour', messenger_colour, 'side', messenger_side, 'origins', messenger_origins
  ) as messenger,
  created_at`

export function agentsIn(tx: Tx, workspaceId: string) {
  return tx<Agent[]>`
    select ${agentColumns(tx)}
    from agents
    where workspace_id = ${workspaceId}
    order by id`
}

/** So many agents behind the one with the id `cursor`. */
export function pageOfAgents(tx: Tx, workspaceId: string, { limit, cursor }: PageQuery) {
  return tx<Agent[]>`
    select ${agentColumns(tx)}
    from agents
    where workspace_id = ${workspaceId} and (${cursor ?? null}::uuid is null or id > ${cursor ?? null})
    order by id
    limit ${limit}`
}

/** The agent, for sending together with other statements. */
export function agentWith(tx: Tx, workspaceId: string, agentId: string) {
  return tx<Agent[]>`
    select ${agentColumns(tx)}
    from agents
    where workspace_id = ${workspaceId} and id = ${agentId}`
}

/** Its Messenger with what is to change of it. */
export function messengerAfter(before: Messenger, change: AgentChange['messenger']): Messenger {
  return {
    on: change?.on ?? before.on,
    colour: change?.colour ?? before.colour,
    side: change?.side ?? before.side,
    origins: change?.origins ?? before.origins,
  }
}
