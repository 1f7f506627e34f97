import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import { passagesOf } from '#server/agents/passages.ts'
import { seeded } from '../faults/random.ts'
import type { Hall } from './crowd.ts'
import { prose, words } from './prose.ts'

/** An agent with what it knows: the id and the text of each resource. */
export type Library = { agentId: string; texts: { id: string; title: string; content: string }[] }

const batch = 500

/** Writes an agent with so many pages of prose straight into the tables, in English, as its commands would have. */
export async function insertLibrary(sql: postgres.Sql, { workspaceId }: Hall, size: number, seed: number): Promise<Library> {
  const random = seeded(seed)
  const agentId = randomUUID()
  await sql`
    insert into agents (id, workspace_id, name, language, greeting, help_desk, created_at)
    values (${agentId}, ${workspaceId}, 'Agent', 'en', '', false, now())`
  const texts = Array.from({ length: size }, () => {
    return { id: randomUUID(), title: words(random, 6).join(' '), content: prose(random, 200 + random.below(200)) }
  })
  for (let at = 0; at < size; at += batch) {
    const some = texts.slice(at, at + batch)
    const passages = some.flatMap(({ id, title, content }) =>
      passagesOf(content).map((body, index) => ({ id, title, body, nth: index + 1 })),
    )
    await sql`
      insert into resources (id, workspace_id, agent_id, kind, title, content, language, status, created_at, updated_at)
      select id, ${workspaceId}, ${agentId}, 'text', title, content, 'en', 'ready', now(), now()
      from jsonb_to_recordset(${sql.json(some)}) as r (id uuid, title text, content text)`
    await sql`
      insert into passages (workspace_id, agent_id, resource_id, nth, configuration, title, body)
      select ${workspaceId}, ${agentId}, id, nth, 'english', title, body
      from jsonb_to_recordset(${sql.json(passages)}) as p (id uuid, nth int, title text, body text)`
  }
  return { agentId, texts }
} // prettier-ignore
