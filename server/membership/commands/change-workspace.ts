import { actorOf, openWithSeats, requireRight, type InWorkspace, type WorkspaceInput } from '../../core/opening.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { chooseHandle } from '../handles.ts'
import { tellWaiting } from '../tell-waiting.ts'

type Input = WorkspaceInput & { name?: string | undefined; handle?: string | undefined }

/** Renames a workspace or gives it another handle; the old handle leads here until somebody else takes it. */
export const changeWorkspace: Command<Input, InWorkspace, { name: string; handle: string }> = {
  // with the account's lock: a seat that comes free elsewhere can let somebody in here, who must hear the new name
  open: openWithSeats,
  async run(unit, input) {
    requireRight(unit.actor, 'workspace.rename')
    const { tx, draft, workspace, actor } = unit
    const name = input.name ?? workspace.name
    const handle = input.handle ?? workspace.handle
    if (name === workspace.name && handle === workspace.handle) return { name, handle }
    if (handle !== workspace.handle) await moveHandle(unit, handle)
    await tx`update workspaces set name = ${name}, handle = ${handle} where id = ${workspace.id}`
    draft.append('workspace', workspace.id, 'workspace.renamed', { name, handle }, { actor: actorOf(actor) })
    const members = await tx<{ userId: string }[]>`select user_id from members where workspace_id = ${workspace.id}`
    for (const { userId } of members) {
      draft.append('user', userId, 'workspace.renamed', { workspaceId: workspace.id, name, handle })
    }
    await tellWaiting(unit, workspace.id)
    return { name, handle }
  },
}

async function moveHandle({ tx, workspace }: Unit & InWorkspace, handle: string): Promise<void> {
  await chooseHandle(tx, { handle })
  await tx`select end_former_handle(${handle})`
  await tx`
    insert into former_handles (handle, workspace_id) values (${workspace.handle}, ${workspace.id})
    on conflict do nothing`
}
