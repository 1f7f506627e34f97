import {
  mostFoundConversations,
  type DeskSearchAnswer,
  type DeskSearchQuery,
  type FoundConversation,
} from '#shared/protocol/agents/desk.ts'
import { highlighting, marks, partsOf } from '../../agents/headline.ts'
import { notFound } from '../../core/errors.ts'
import type { WorkspaceInput } from '../../core/opening.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { readFormerMembers } from '../../membership/queries/former-members.ts'
import { workspaceFor } from '../../membership/queries/roster.ts'
import { listedOf, namedIn, type ListedRow } from '../listed.ts'

/** The conversations of a workspace that have the words, the latest first, for a member. */
export async function searchDesk(sql: Sql, caller: WorkspaceInput, wanted: DeskSearchQuery): Promise<DeskSearchAnswer> {
  const { userId, workspaceId } = caller
  const [[workspace], rows] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    found(tx, wanted),
  ])
  if (!workspace) throw notFound()
  const items = rows.map(foundOf)
  const named = items.flatMap(({ conversation }) => namedIn(conversation))
  return { items, former: await readFormerMembers(sql, workspaceId, named) }
}

/** A message is cut where it is long, and not for its last words being short. */
const whole = `${highlighting}, ShortWord=0`

type Row = ListedRow & { headline: string | null }

/** Of the transaction's workspace (migrations/0019). */
function found(tx: Tx, { q, agentId }: DeskSearchQuery) {
  const latest = /\S+$/.exec(q)?.[0] ?? ''
  return tx<Row[]>`
    select
      id, agent_id, contact_id, state, assignee_id, message_count, created_at, updated_at, contact_name, contact_email,
      last_author, last_member_id, last_author_name, last_text, last_at,
      ts_headline('simple', translate(found_text, ${marks.start + marks.stop}, ''), query, ${whole}) as headline
    from search_conversations(${q.slice(0, -latest.length)}, ${latest}, ${agentId ?? null}::uuid, ${mostFoundConversations}::int)
    order by updated_at desc, id desc`
}

function foundOf({ headline, ...row }: Row): FoundConversation {
  return { conversation: listedOf(row), snippet: headline === null ? null : partsOf(headline) }
}
