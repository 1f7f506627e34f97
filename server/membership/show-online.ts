import type { Member, MemberWithPresence } from '#shared/protocol/resources.ts'
import type { WorkspaceInput } from '../core/opening.ts'
import type { Command } from '../core/run-command.ts'
import { together } from '../core/tenant.ts'
import { isOnline, isOnlineElsewhere, type Online } from './queries/online.ts'

type Input = WorkspaceInput & { memberId?: string }
type Elsewhere = { elsewhere: readonly { userId: string }[] }

/**
 * The same command, which answers whether the member is online, too: the one whom it is about, or else who acts. That is read
 * with what it opens, so that an answer waits for nothing behind the commit, and does not fail there.
 */
export function showOnline<I extends Input, Opened extends object>(
  online: Online,
  command: Command<I, Opened, Member>,
): Command<I, Opened & Elsewhere, MemberWithPresence> {
  return {
    async open(tx, input) {
      const [opened, elsewhere] = await together(command.open(tx, input), isOnlineElsewhere(tx, online, input))
      return { ...opened, elsewhere }
    },
    async run(unit, input) {
      const member = await command.run(unit, input)
      const { workspaceId } = input
      return { ...member, online: isOnline(online, { workspaceId, userId: member.userId }, unit.elsewhere) }
    },
  }
}
