import type { Workspace } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { startStreams } from '../core/event-log.ts'
import { newId } from '../core/ids.ts'
import type { Unit } from '../core/run-command.ts'
import { enter, together } from '../core/tenant.ts'

/** A new workspace with its owner as the one member, its stream, and its line in the owner's switcher. */
export async function insertWorkspace(
  { tx, at, draft }: Unit,
  accountId: string,
  owner: { id: string; name: string; email: string },
  given: { name: string; handle: string; isDefault: boolean },
): Promise<Workspace> {
  const id = newId()
  const memberId = newId()
  const core = { id, accountId, ...given, createdAt: at }
  await together(
    enter(tx, { workspace: id }),
    tx`
      insert into workspaces (id, account_id, name, handle, is_default, created_at)
      values (${id}, ${accountId}, ${given.name}, ${given.handle}, ${given.isDefault}, ${at})`,
    tx`select end_former_handle(${given.handle})`,
    tx`
      insert into members (id, workspace_id, account_id, user_id, role, display_name, joined_at)
      values (${memberId}, ${id}, ${accountId}, ${owner.id}, 'owner', ${owner.name}, ${at})`,
    ...startStreams(tx, [streamOf('workspace', id)]),
  )
  const member = {
    id: memberId,
    userId: owner.id,
    email: owner.email,
    displayName: owner.name,
    avatarUrl: null,
    role: 'owner' as const,
    joinedAt: at,
  }
  const actor = { memberId, displayName: owner.name }
  draft.append('workspace', id, 'workspace.created', core, { actor })
  draft.append('workspace', id, 'member.joined', { member }, { actor })
  draft.append('user', owner.id, 'workspace.added', { workspace: { ...core, role: 'owner', memberId } })
  return { ...core, role: 'owner', memberId, memberCount: 1 }
}
