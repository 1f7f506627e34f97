import type { Invitation } from '#shared/protocol/resources.ts'

/** Who waits for a seat, whoever comes first before the others. */
export function lineOf(invitations: readonly Invitation[]): Invitation[] {
  return invitations
    .filter(({ status, seat }) => status === 'pending' && seat === 'waiting')
    .sort((one, other) => one.place - other.place)
}
