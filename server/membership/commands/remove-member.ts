import { notFound, Refusal } from '../../core/errors.ts'
import { openWith, openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { endMembership } from '../end-membership.ts'
import { memberWith, type MemberRow } from '../rows.ts'

type Input = WorkspaceInput & { memberId: string }
type Opened = InWorkspace & { found: MemberRow[] }

export const removeMember: Command<Input, Opened, void> = {
  open: (tx, input) => openWith(openWithSeats(tx, input), memberWith(tx, input.workspaceId, input.memberId)),
  async run(unit) {
    requireRight(unit.actor, 'member.remove')
    const [target] = unit.found
    if (!target) throw notFound()
    if (target.role === 'owner') throw new Refusal('owner_stays', 'The Owner of a workspace cannot be removed.')
    await endMembership(unit, target, 'removed')
  },
}
