import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { readInAgent } from '../../agents/queries/read-in-agent.ts'
import type { AgentInput } from '../../core/opening.ts'
import type { Sql } from '../../db/sql.ts'
import { readFormerMembers } from '../../membership/queries/former-members.ts'
import { listedIn, listedOf, namedIn } from '../listed.ts'
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
  const lists = { unresolved: unresolved.map(listedOf), resolved: resolved.map(listedOf) }
  const named = [...lists.unresolved, ...lists.resolved].flatMap(namedIn)
  const former = await readFormerMembers(sql, caller.workspaceId, named)
  return { ...head, epoch, ...lists, unread: [...unread], former }
}
