import { notFound, Refusal } from '../../core/errors.ts'
import { openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { endMembership } from '../end-membership.ts'
import { findMember } from '../rows.ts'

type Input = WorkspaceInput & { memberId: string }

export const removeMember: Command<Input, InWorkspace, void> = {
  open: openWithSeats,
  async run(unit, { memberId }) {
    requireRight(unit.actor, 'member.remove')
    const target = await findMember(unit.tx, unit.workspace.id, memberId)
    if (!target) throw notFound()
    if (target.role === 'owner') throw new Refusal('owner_stays', 'The Owner of a workspace cannot be removed.')
    await endMembership(unit, target, 'removed')
  },
}
