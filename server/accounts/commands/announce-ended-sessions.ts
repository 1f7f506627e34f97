import type { Command } from '../../core/run-command.ts'

type Ended = { id: string; publicId: string; userId: string }

/**
 * Tells of sessions that have ended, so that every node drops their sockets at once. The rows are gone by then
 * (`auth/sessions.ts`); should this be lost, the gateway's sweep finds out.
 */
export const announceEndedSessions: Command<{ ended: Ended[] }, object, void> = {
  async open(tx) {
    const [clock] = await tx<{ at: string }[]>`select date_trunc('milliseconds', clock_timestamp()) as at`
    return { at: clock?.at ?? '' }
  },
  async run({ draft }, { ended }) {
    for (const { id, publicId, userId } of ended) {
      draft.append('user', userId, 'session.ended', { sessionId: publicId }, { revokes: { session: id } })
    }
  },
}
