import { createHash } from 'node:crypto'
import type { Member } from '#shared/protocol/resources.ts'
import { openWorkspace, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { changeOwnProfile } from '../change-own-profile.ts'

/** `webp` is the re-encoded picture (`avatars/re-encode.ts`), or null to go back to initials. */
type Input = WorkspaceInput & { webp: Buffer | null }

export const setAvatar: Command<Input, InWorkspace, Member> = {
  open: openWorkspace,
  async run(unit, { webp }) {
    requireRight(unit.actor, 'profile.edit')
    const avatarHash = webp && (await storePicture(unit, webp))
    const member = await changeOwnProfile(unit, { avatarHash })
    await dropUnused(unit)
    return member
  },
}

async function storePicture({ tx, workspace }: Unit & InWorkspace, webp: Buffer): Promise<string> {
  const hash = createHash('sha256').update(workspace.id).update(webp).digest('hex')
  await tx`
    insert into avatars (workspace_id, hash, webp) values (${workspace.id}, ${hash}, ${webp})
    on conflict do nothing`
  return hash
}

/** A picture that no member wears is gone for good. */
async function dropUnused({ tx, workspace }: Unit & InWorkspace): Promise<void> {
  await tx`
    delete from avatars a
    where a.workspace_id = ${workspace.id}
      and not exists (select from members m where m.workspace_id = a.workspace_id and m.avatar_hash = a.hash)`
}
