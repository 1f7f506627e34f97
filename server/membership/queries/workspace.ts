import type { MemberWithPresence, Workspace } from '#shared/protocol/resources.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin } from '../../core/tenant.ts'
import type { Sql } from '../../db/connect.ts'
import { memberOf, memberWith } from '../rows.ts'
import { workspaceFor, type Online } from './roster.ts'

type Reader = { userId: string; workspaceId: string }

export async function readWorkspace(sql: Sql, { userId, workspaceId }: Reader): Promise<Workspace> {
  const [[workspace], [counted]] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    tx<{ memberCount: number }[]>`select count(*) as member_count from members where workspace_id = ${workspaceId}`,
  ])
  if (!workspace || !counted) throw notFound()
  return { ...workspace, memberCount: counted.memberCount }
}

/** By its current handle or a former one that nobody else has taken. */
export async function readWorkspaceByHandle(sql: Sql, handle: string, userId: string): Promise<Workspace> {
  const [found] = await sql<{ id: string | null }[]>`select workspace_of_handle(${handle}) as id`
  if (!found?.id) throw notFound()
  return readWorkspace(sql, { userId, workspaceId: found.id })
}

/** The reader's own membership. */
export async function readMembership(sql: Sql, online: Online, reader: Reader): Promise<MemberWithPresence> {
  const { memberId } = await readWorkspace(sql, reader)
  return readMember(sql, online, reader.workspaceId, memberId)
}

export async function readMember(
  sql: Sql,
  online: Online,
  workspaceId: string,
  id: string,
): Promise<MemberWithPresence> {
  const [[row]] = await readWithin(sql, { workspace: workspaceId }, (tx) => [memberWith(tx, workspaceId, id)])
  if (!row) throw notFound()
  return { ...memberOf(row), online: online(workspaceId).has(row.userId) }
}
