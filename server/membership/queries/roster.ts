import type { Seats } from '#shared/plans.ts'
import type { RosterAnswer } from '#shared/protocol/requests.ts'
import type { Workspace } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { agentsIn } from '../../agents/rows.ts'
import { notFound } from '../../core/errors.ts'
import { readWithin, type Tx } from '../../core/tenant.ts'
import type { Sql } from '../../db/sql.ts'
import { invitationOf, invitationsIn, memberOf, membersIn } from '../rows.ts'
import { everybodyOnline, onlineElsewhere, type Online } from './online.ts'

type Heads = { position: number; accountPosition: number; seats: Seats }
export type WorkspaceView = Omit<Workspace, 'memberCount'>

/** The snapshot of `workspace:<id>` at `position`, and of its account's seats at `accountPosition`, for a member. */
export async function readRoster(
  sql: Sql,
  epoch: string,
  online: Online,
  { userId, workspaceId }: { userId: string; workspaceId: string },
): Promise<RosterAnswer> {
  const streams = [streamOf('workspace', workspaceId)]
  const [[workspace], members, invitations, agents, [heads], elsewhere] = await readWithin(
    sql,
    { workspace: workspaceId, streams },
    (tx) => [
      workspaceFor(tx, workspaceId, userId),
      membersIn(tx, workspaceId),
      invitationsIn(tx, workspaceId),
      agentsIn(tx, workspaceId),
      headsOf(tx, workspaceId),
      onlineElsewhere(tx, online, workspaceId),
    ],
  )
  if (!workspace || !heads) throw notFound()
  const present = everybodyOnline(online, workspaceId, elsewhere)
  return {
    position: heads.position,
    epoch,
    workspace: { ...workspace, memberCount: members.length },
    members: members.map((row) => ({ ...memberOf(row), online: present.has(row.userId) })),
    invitations: invitations.map(invitationOf),
    agents: [...agents],
    seats: heads.seats,
    accountPosition: heads.accountPosition,
  }
}

/** The workspace as this user has it; no row where the user is no member. */
export function workspaceFor(tx: Tx, workspaceId: string, userId: string) {
  return tx<WorkspaceView[]>`
    select w.id, w.account_id, w.name, w.handle, w.is_default, m.role, m.id as member_id, w.created_at
    from workspaces w join members m on m.workspace_id = w.id
    where w.id = ${workspaceId} and m.user_id = ${userId}`
}

function headsOf(tx: Tx, workspaceId: string) {
  return tx<Heads[]>`
    select own.position, seat_position(a.id) as account_position, a.seats
    from streams own, accounts a
    where own.name = ${streamOf('workspace', workspaceId)}
      and a.id = (select w.account_id from workspaces w where w.id = ${workspaceId})`
}
