import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { readInAgent } from '../../agents/queries/read-in-agent.ts'
import type { AgentInput } from '../../core/opening.ts'
import type { Sql } from '../../db/sql.ts'
import { listedIn, listedOf } from '../listed.ts'
import { unreadIn } from '../unread.ts'

/** The Help Desk's lists of an agent, at a position of `agent:<id>`, and what of them who asks has not read. */
export async function readDesk(sql: Sql, epoch: string, caller: AgentInput): Promise<DeskAnswer> {
  const stream = streamOf('agent', caller.agentId)
  const need = { action: 'workspace.view', streams: [stream] } as const
  const [[head], unresolved, resolved, unread] = await readInAgent(sql, caller, need, (tx) => [
    tx<[{ position: number }]>`select position from streams where name = ${stream}`,
    listedIn(tx, caller, 'unresolved'),
    listedIn(tx, caller, 'resolved'),
    unreadIn(tx, caller),
  ])
  return {
    ...head,
    epoch,
    unresolved: unresolved.map(listedOf),
    resolved: resolved.map(listedOf),
    unread: [...unread],
  }
}
