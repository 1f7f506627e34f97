import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import type { MessageRow } from '../../helpdesk/conversation-rows.ts'
import type { AskedAt } from './asked.ts'

/** What was said in a conversation, without who of the team said it. */
export type Said = Pick<MessageRow, 'author' | 'text'>

/** What was said before a message, at most so much of it: the newest first. */
export async function readSaidBefore(sql: Sql, ids: AskedAt, most: number): Promise<Said[]> {
  const { workspaceId, agentId, conversationId, place } = ids
  const [said] = await readWithin(sql, { workspace: workspaceId, agent: agentId }, (tx) => [
    tx<Said[]>`
      select author, text
      from messages
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and conversation_id = ${conversationId}
        and place < ${place}
      order by place desc
      limit ${most}`,
  ])
  return [...said]
}
