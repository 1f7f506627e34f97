import { available, closed, graceful, kept, noInternalErrors, once, timely } from './answers.ts'
import { inTurn, shownToVisitors, stored, told } from './conversations.ts'
import type { Check } from './invariant.ts'
import { mailed } from './mails.ts'
import { actors, invitations, leftovers, memberships, owners, positions, roles, seats } from './rows.ts'
import { canaries, converged, cutOff, evicted, ordered, prompt, revoked } from './screens.ts'
import { apart } from './visitors.ts'

export { revocationLatencies } from './screens.ts'

/** I1 to I20, as far as one run can show them; I17 is tests/operations/soak.test.ts. */
export const checks: readonly Check[] = [
  seats, owners, memberships, roles, invitations, evicted, canaries, kept, once, positions, ordered, prompt, converged, revoked, cutOff, closed,
  available, timely, graceful, mailed, actors, leftovers, noInternalErrors, told, stored, inTurn, shownToVisitors, apart,
] // prettier-ignore
