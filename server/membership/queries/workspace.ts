import type { MemberWithPresence, Workspace } from '#shared/protocol/resources.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { memberOf, memberOfUser } from '../rows.ts'
import { isOnline, isOnlineElsewhere, type Online } from './online.ts'
import { workspaceFor } from './roster.ts'

type Reader = { userId: string; workspaceId: string }
type Place = { workspace: Workspace; member: MemberWithPresence }

export async function readWorkspace(sql: Sql, { userId, workspaceId }: Reader): Promise<Workspace> {
  const [[workspace], [counted]] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    countMembers(tx, workspaceId),
  ])
  if (!workspace || !counted) throw notFound()
  return { ...workspace, memberCount: counted.memberCount }
}

function countMembers(tx: Tx, workspaceId: string) {
  return tx<{ memberCount: number }[]>`select count(*) as member_count from members where workspace_id = ${workspaceId}`
}

/** By its current handle or a former one that nobody else has taken. */
export async function readWorkspaceByHandle(sql: Sql, handle: string, userId: string): Promise<Workspace> {
  const [found] = await sql.run((tx) => tx<{ id: string | null }[]>`select workspace_of_handle(${handle}) as id`)
  if (!found?.id) throw notFound()
  return readWorkspace(sql, { userId, workspaceId: found.id })
}

/** The workspace and the reader's own membership in it. */
export async function readPlace(sql: Sql, online: Online, { userId, workspaceId }: Reader): Promise<Place> {
  const [[workspace], [counted], [member], elsewhere] = await readWithin(sql, { workspace: workspaceId }, (tx) => [
    workspaceFor(tx, workspaceId, userId),
    countMembers(tx, workspaceId),
    memberOfUser(tx, workspaceId, userId),
    isOnlineElsewhere(tx, online, { workspaceId, userId }),
  ])
  if (!workspace || !counted || !member) throw notFound()
  return {
    workspace: { ...workspace, memberCount: counted.memberCount },
    member: { ...memberOf(member), online: isOnline(online, { workspaceId, userId }, elsewhere) },
  }
}

/** The reader's own membership. */
export async function readMembership(sql: Sql, online: Online, reader: Reader): Promise<MemberWithPresence> {
  return (await readPlace(sql, online, reader)).member
}
