import type { Command } from '../../core/run-command.ts'
import { timeNow } from '../../core/tenant.ts'

type Ended = { id: string; publicId: string; userId: string }

/**
 * Tells of sessions that have ended, so that every node drops their sockets at once. The rows are gone by then
 * (`auth/sessions.ts`); should this be lost, the gateway's sweep finds out.
 */
export const announceEndedSessions: Command<{ ended: Ended[] }, object, void> = {
  open: async (tx) => (await timeNow(tx))[0],
  async run({ draft }, { ended }) {
    for (const { id, publicId, userId } of ended) {
      draft.append('user', userId, 'session.ended', { sessionId: publicId }, { revokes: { session: id } })
    }
  },
}
