import type { Unit } from '../core/run-command.ts'

export type Ended = { id: string; publicId: string }

/** Ends the person's sessions, all or all but one; every node drops their sockets with the event that tells of it. */
export async function endSessions({ tx, draft }: Unit, userId: string, except: string | null = null): Promise<void> {
  const ended = await tx<Ended[]>`
    delete from sessions
    where user_id = ${userId} and id is distinct from ${except}
    returning id, public_id`
  tellEnded({ draft }, userId, ended)
}

/** Tells of sessions whose rows are gone; every node drops their sockets with it. */
export function tellEnded({ draft }: Pick<Unit, 'draft'>, userId: string, ended: readonly Ended[]): void {
  for (const { id, publicId } of ended) {
    draft.append('user', userId, 'session.ended', { sessionId: publicId }, { revokes: { session: id } })
  }
}
