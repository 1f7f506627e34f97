import type { Member } from '#shared/protocol/resources.ts'
import { notFound } from '../core/errors.ts'
import { actorOf, type InWorkspace } from '../core/opening.ts'
import type { Unit } from '../core/run-command.ts'
import { findMember, memberOf } from './rows.ts'

/** Changes what others see of the acting member in this workspace. Setting what is already so changes nothing (S2). */
export async function changeOwnProfile(
  { tx, draft, workspace, actor }: Unit & InWorkspace,
  change: { displayName?: string; avatarHash?: string | null },
): Promise<Member> {
  const old = await findMember(tx, workspace.id, actor.id)
  if (!old) throw notFound()
  const changed = { ...old, ...change }
  const member = memberOf(changed)
  if (changed.displayName === old.displayName && changed.avatarHash === old.avatarHash) return member
  await tx`
    update members
    set display_name = ${changed.displayName}, avatar_hash = ${changed.avatarHash}
    where workspace_id = ${workspace.id} and id = ${actor.id}`
  const { id: memberId, displayName, avatarUrl } = member
  const named = { ...actor, displayName }
  draft.append(
    'workspace',
    workspace.id,
    'member.profile_changed',
    { memberId, displayName, avatarUrl },
    { actor: actorOf(named) },
  )
  return member
}
