import type { SendMail } from '../mail/send.ts'
import { invitationMail, messageIdOf, webhookDisabledMail, type Words } from '../mail/template.ts'
import { invitationEmail } from '../secrets/places.ts'
import type { Seal } from '../secrets/seal.ts'
import type { EmailByTemplate, Jobs } from './enqueue.ts'

type Parts = { send: SendMail; seal: Seal; publicUrl: string }

export function sendEmail(parts: Parts) {
  return async ({ to, ...email }: Jobs['send-email']): Promise<void> => {
    const { words, id } = written(email, parts)
    await parts.send(to, { ...words, messageId: messageIdOf(id, parts.publicUrl) })
  }
}

/** Links are made of the public address alone, never of what a request called this server. */
function written(email: EmailByTemplate, { seal, publicUrl }: Parts): { words: Words; id: string } {
  switch (email.template) {
    case 'invitation': {
      const { sealedToken, ...data } = email.data
      const token = seal.open(sealedToken, invitationEmail)
      return { words: invitationMail(data, `${publicUrl}/invite#${token}`), id: token }
    }
    case 'webhook-disabled': {
      const { workspaceHandle, agentId, webhookId, id } = email.data
      const link = `${publicUrl}/w/${workspaceHandle}/agents/${agentId}/webhooks/${webhookId}`
      return { words: webhookDisabledMail(email.data, link), id }
    }
  }
}
