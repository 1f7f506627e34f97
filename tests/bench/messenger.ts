import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import type { Hall } from './crowd.ts'

/** Somebody who has begun a conversation, which the workspace's owner has taken over. */
export type BenchVisitor = { token: string; conversationId: string }

/** Writes an agent with so many visitors straight into the tables, each with a conversation in which nothing is written yet. */
export async function insertMessenger(
  sql: postgres.Sql,
  { workspaceId, ownerMemberId }: Hall,
  count: number,
): Promise<{ agentId: string; visitors: BenchVisitor[] }> {
  const agentId = randomUUID()
  await sql`
    insert into agents (id, workspace_id, name, language, greeting, help_desk, messenger, created_at)
    values (${agentId}, ${workspaceId}, 'Agent', 'en', '', true, true, now())`
  const made = Array.from({ length: count }, () => {
    const token = randomBytes(32).toString('base64url')
    return { id: randomUUID(), token, conversationId: randomUUID() }
  })
  const ids = made.map(({ id }) => id)
  const conversations = made.map(({ conversationId }) => conversationId)
  const hashes = made.map(({ token }) => createHash('sha256').update(token).digest('hex'))
  await sql.begin((tx) => [
    tx`
      insert into visitors (id, workspace_id, agent_id, token_hash, created_at)
      select id, ${workspaceId}, ${agentId}, decode(hash, 'hex'), now()
      from unnest(${ids}::uuid[], ${hashes}::text[]) as v (id, hash)`,
    tx`
      insert into streams (name, parent, agent_id)
      select 'conversation:' || id, ${`workspace:${workspaceId}`}, ${agentId} from unnest(${conversations}::text[]) as id`,
    tx`
      insert into conversations (
        id, workspace_id, agent_id, visitor_id, state, assignee_id, message_count, created_at, updated_at
      )
      select id, ${workspaceId}, ${agentId}, visitor, 'open', ${ownerMemberId}, 0, now(), now()
      from unnest(${conversations}::uuid[], ${ids}::uuid[]) as c (id, visitor)`,
  ])
  return { agentId, visitors: made.map(({ token, conversationId }) => ({ token, conversationId })) }
}
