import { mostInvitationsAtOnce, type InviteResult } from '#shared/protocol/requests.ts'
import type { AssignableRole } from '#shared/roles.ts'
import { api } from '../api.ts'
import { doWithEach, waitFor } from './each-of.ts'

export type Draft = { email: string; role: AssignableRole }

/** Sends as many as there are, a batch at a time, so that they stand in the line for seats as they stand in the list. */
export async function inviteInBatches(
  workspaceId: string,
  drafts: readonly Draft[],
  told: (results: readonly InviteResult[]) => void,
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(drafts.length / mostInvitationsAtOnce) }, (_, n) =>
    drafts.slice(n * mostInvitationsAtOnce, (n + 1) * mostInvitationsAtOnce),
  )
  const send = async (batch: Draft[]) => told((await api.invite(workspaceId, batch)).results)
  await doWithEach(batches, send, {
    atOnce: 1,
    wait: waitFor,
    told: ({ item, refusal }) => {
      if (refusal === null) return
      told(item.map(({ email }) => ({ email, error: { code: 'unavailable', detail: refusal } })))
    },
  })
}
