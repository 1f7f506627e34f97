import { may } from '#shared/policy.ts'
import type { Member } from '#shared/protocol/resources.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { notFound, Refusal } from '../../core/errors.ts'
import {
  actorOf,
  openWith,
  openWorkspace,
  requireRight,
  type InWorkspace,
  type WorkspaceInput,
} from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { giveBackConversations } from '../../helpdesk/give-back.ts'
import { memberOf, memberWith, type MemberRow } from '../rows.ts'

type Input = WorkspaceInput & { memberId: string; role: AssignableRole }
type Opened = InWorkspace & { found: MemberRow[] }

export const changeMemberRole: Command<Input, Opened, Member> = {
  open: (tx, input) => openWith(openWorkspace(tx, input), memberWith(tx, input.workspaceId, input.memberId)),
  async run(unit, { memberId, role }) {
    const { tx, draft, workspace, actor, found } = unit
    const [target] = found
    requireRight(actor, 'member.change_role')
    if (!target) throw notFound()
    if (target.role === 'owner') throw new Refusal('forbidden', 'The role of the Owner cannot be changed.')
    if (target.role === role) return memberOf(target)
    if (!may(role, 'conversation.reply')) await giveBackConversations(unit, memberId)
    draft.send(tx`update members set role = ${role} where workspace_id = ${workspace.id} and id = ${memberId}`)
    if (!may(role, 'notification.receive')) {
      draft.send(tx`delete from notifications where workspace_id = ${workspace.id} and user_id = ${target.userId}`)
    }
    draft.append('workspace', workspace.id, 'member.role_changed', { memberId, role }, { actor: actorOf(actor) })
    draft.append('user', target.userId, 'workspace.role_changed', { workspaceId: workspace.id, role })
    return memberOf({ ...target, role })
  },
}
