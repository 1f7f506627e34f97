import type { Seal } from '../mail/seal.ts'
import type { SendMail } from '../mail/send.ts'
import { invitationMail } from '../mail/template.ts'
import type { Jobs } from './enqueue.ts'

/** Links are made of the public address alone, never of what a request called this server. */
export function sendEmail(parts: { send: SendMail; seal: Seal; publicUrl: string }) {
  return async ({ to, data }: Jobs['send-email']): Promise<void> => {
    const { sealedToken, ...words } = data
    const link = `${parts.publicUrl}/invite#${parts.seal.open(sealedToken)}`
    await parts.send(to, invitationMail(words, link))
  }
}
