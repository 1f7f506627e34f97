import { actorOf, type InWorkspace } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'
import { giveBackConversations } from '../helpdesk/give-back.ts'
import { settleSeats } from './seats.ts'

/** Ends a membership; what they had to answer is the Assistant's, and what they were called last stays with what they wrote. The event that tells of it takes the right to the stream with it (S5). */
export async function endMembership(
  unit: Unit & InWorkspace,
  { id: memberId, userId }: { id: string; userId: string },
  reason: 'removed' | 'left',
): Promise<void> {
  const { tx, draft, workspace, actor } = unit
  await giveBackConversations(unit, memberId)
  await tx`
    with gone as (
      delete from members where workspace_id = ${workspace.id} and id = ${memberId} returning workspace_id, id, display_name
    )
    insert into former_members (workspace_id, id, display_name) select workspace_id, id, display_name from gone`
  const more = { actor: actorOf(actor), revokes: { users: [userId] } }
  draft.append('workspace', workspace.id, `member.${reason}`, { memberId }, more)
  draft.append('user', userId, 'workspace.removed', { workspaceId: workspace.id, name: workspace.name, reason })
  await settleSeats(unit, workspace.accountId, { leavers: [userId] })
}
