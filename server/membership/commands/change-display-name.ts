import type { Member } from '#shared/protocol/resources.ts'
import { openWorkspace, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { changeOwnProfile } from '../change-own-profile.ts'

type Input = WorkspaceInput & { displayName: string }

export const changeDisplayName: Command<Input, InWorkspace, Member> = {
  open: openWorkspace,
  async run(unit, { displayName }) {
    requireRight(unit.actor, 'profile.edit')
    return changeOwnProfile(unit, { displayName })
  },
}
