import type { Command } from '../../core/run-command.ts'
import type { SealToken } from '../../secrets/seal.ts'
import { openUser, type AsUser } from '../open-user.ts'
import { emailVerification } from '../email-verification.ts'

type Input = { userId: string; seal: SealToken }

/** Emails the link that verifies the person's address once more; the earlier one works no more. */
export const sendVerification: Command<Input, AsUser, void> = {
  open: openUser,
  async run(unit, { seal }) {
    if (!unit.user.emailVerified) emailVerification(unit, unit.user, seal)
  },
}
