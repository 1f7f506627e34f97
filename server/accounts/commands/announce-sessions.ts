import type { SignedInBrowser } from '#shared/protocol/resources.ts'
import type { Command } from '../../core/run-command.ts'
import { timeNow } from '../../core/tenant.ts'
import { tellEnded, type Ended } from '../end-sessions.ts'

type Input = { userId: string; started: SignedInBrowser | null; ended: readonly Ended[] }

/**
 * Tells of sessions that have begun or ended, so that the person's pages show them, and every node drops the sockets of
 * those that ended at once. The rows are changed by then (`auth/sessions.ts`); should this be lost, the gateway's sweep
 * finds out.
 */
export const announceSessions: Command<Input, object, void> = {
  open: async (tx) => (await timeNow(tx))[0],
  async run({ draft }, { userId, started, ended }) {
    if (started) draft.append('user', userId, 'session.started', { session: started })
    tellEnded({ draft }, userId, ended)
  },
}
