import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { notFound } from '../../core/errors.ts'
import type { AgentInput } from '../../core/opening.ts'
import type { Sql } from '../../db/sql.ts'
import { apiKeysIn } from '../api-key-rows.ts'
import { integrationsIn } from '../integration-rows.ts'
import { resourcesIn } from '../resource-rows.ts'
import { webhooksIn } from '../webhook-rows.ts'
import { readInAgent } from './read-in-agent.ts'

/** The snapshot of `agent:<id>`, for a member of its workspace. */
export async function readAgentState(sql: Sql, epoch: string, input: AgentInput): Promise<AgentStateAnswer> {
  const stream = streamOf('agent', input.agentId)
  const [[head], resources, apiKeys, webhooks, integrations] = await readInAgent(
    sql,
    input,
    { action: 'workspace.view', streams: [stream] },
    (tx) => [
      tx<{ position: number }[]>`select position from streams where name = ${stream}`,
      resourcesIn(tx, input),
      apiKeysIn(tx, input),
      webhooksIn(tx, input),
      integrationsIn(tx, input),
    ],
  )
  if (!head) throw notFound()
  const lists = { resources: [...resources], apiKeys: [...apiKeys], webhooks: [...webhooks] }
  return { position: head.position, epoch, ...lists, integrations: [...integrations] }
}
