import type { Member } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { notFound, Refusal } from '../../core/errors.ts'
import { actorOf, openWorkspace, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { findMember, memberOf } from '../rows.ts'

type Input = WorkspaceInput & { memberId: string; role: AssignableRole }

export const changeMemberRole: Command<Input, InWorkspace, Member> = {
  open: openWorkspace,
  async run({ tx, draft, workspace, actor }, { memberId, role }) {
    requireRight(actor, 'member.change_role')
    const target = await findMember(tx, workspace.id, memberId)
    if (!target) throw notFound()
    if (target.role === 'owner') throw new Refusal('forbidden', 'The role of the Owner cannot be changed.')
    if (target.role === role) return memberOf(target)
    draft.send(tx`update members set role = ${role} where workspace_id = ${workspace.id} and id = ${memberId}`)
    draft.append('workspace', workspace.id, 'member.role_changed', { memberId, role }, { actor: actorOf(actor) })
    draft.append('user', target.userId, 'workspace.role_changed', { workspaceId: workspace.id, role })
    return memberOf({ ...target, role })
  },
}
