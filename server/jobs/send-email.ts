import { createHash } from 'node:crypto'
import type { Seal } from '../mail/seal.ts'
import type { SendMail } from '../mail/send.ts'
import { invitationMail } from '../mail/template.ts'
import type { Jobs } from './enqueue.ts'

/** Links are made of the public address alone, never of what a request called this server. */
export function sendEmail(parts: { send: SendMail; seal: Seal; publicUrl: string }) {
  return async ({ to, data }: Jobs['send-email']): Promise<void> => {
    const { sealedToken, ...words } = data
    const token = parts.seal.open(sealedToken)
    const link = `${parts.publicUrl}/invite#${token}`
    await parts.send(to, { ...invitationMail(words, link), messageId: idOf(token, parts.publicUrl) })
  }
}

/** The same for every attempt to send it: a mailbox that got it twice shows it once. */
function idOf(token: string, publicUrl: string): string {
  return `<${createHash('sha256').update(`email of ${token}`).digest('hex').slice(0, 40)}@${new URL(publicUrl).hostname}>`
}
