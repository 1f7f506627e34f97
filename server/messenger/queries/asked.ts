import type { Language } from '#shared/languages.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import type { ConversationIds } from '../../helpdesk/conversation-rows.ts'

/** Which message of a conversation is to be answered. */
export type AskedAt = ConversationIds & { place: number }
export type Question = { question: string; language: Language; people: boolean }

/** What was asked there, or null where it is not the Assistant's to answer any more: somebody has it, or wrote since. */
export async function readAsked(sql: Sql, ids: AskedAt): Promise<Question | null> {
  const { workspaceId, agentId, conversationId, place } = ids
  const [[asked]] = await readWithin(sql, { workspace: workspaceId, agent: agentId }, (tx) => [
    tx<Question[]>`
      select m.text as question, a.language, a.help_desk as people
      from conversations c
        join agents a on a.workspace_id = c.workspace_id and a.id = c.agent_id
        join messages m on m.workspace_id = c.workspace_id and m.agent_id = c.agent_id
          and m.conversation_id = c.id and m.place = c.message_count
      where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId} and c.id = ${conversationId}
        and c.message_count = ${place} and c.state = 'open' and c.assignee_id is null and m.author = 'contact'`,
  ])
  return asked ?? null
}
