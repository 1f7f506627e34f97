import { sendResetLink } from '../accounts/commands/send-reset-link.ts'
import { runCommand, type Core } from '../core/run-command.ts'
import { sealLink } from '../secrets/places.ts'
import type { Seal } from '../secrets/seal.ts'
import type { Jobs } from './enqueue.ts'

export function sendResetLinkTo({ core, seal }: { core: Core; seal: Seal }) {
  return async ({ email }: Jobs['send-reset-link']): Promise<void> => {
    await runCommand(core, sendResetLink, { email, seal: sealLink(seal) })
  }
}
