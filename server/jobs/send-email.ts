import type { SendMail } from '../mail/send.ts'
import {
  accountDeletedMail,
  confirmEmailMail,
  emailChangeAskedMail,
  emailChangedMail,
  passwordChangedMail,
  paymentFailedMail,
  resetPasswordMail,
  verifyEmailMail,
} from '../mail/account-emails.ts'
import { invitationMail, webhookDisabledMail } from '../mail/workspace-emails.ts'
import { messageIdOf, type Words } from '../mail/words.ts'
import { invitationEmail, openLink } from '../secrets/places.ts'
import type { Seal } from '../secrets/seal.ts'
import type { EmailByTemplate, Jobs } from './enqueue.ts'

type Parts = { send: SendMail; seal: Seal; publicUrl: string }

export function sendEmail(parts: Parts) {
  return async ({ to, ...email }: Jobs['send-email']): Promise<void> => {
    const { words, id } = written(email, parts)
    await parts.send(to, { ...words, messageId: messageIdOf(id, parts.publicUrl) })
  }
}

const linkMails = {
  'reset-password': [resetPasswordMail, '/reset'],
  'verify-email': [verifyEmailMail, '/verify'],
  'confirm-email': [confirmEmailMail, '/verify'],
} as const

/** Links are made of the public address alone, never of what a request called this server. */
function written(email: EmailByTemplate, { seal, publicUrl }: Parts): { words: Words; id: string } {
  switch (email.template) {
    case 'invitation': {
      const { sealedToken, ...data } = email.data
      const token = seal.open(sealedToken, invitationEmail)
      return { words: invitationMail(data, `${publicUrl}/invite#${token}`), id: token }
    }
    case 'reset-password':
    case 'verify-email':
    case 'confirm-email': {
      const { name, sealedToken } = email.data
      const token = openLink(seal, sealedToken)
      const [make, path] = linkMails[email.template]
      return { words: make(name, `${publicUrl}${path}#${token}`), id: token }
    }
    case 'email-change-asked':
      return { words: emailChangeAskedMail(email.data, `${publicUrl}/account`), id: email.data.id }
    case 'email-changed':
      return { words: emailChangedMail(email.data), id: email.data.id }
    case 'password-changed':
      return { words: passwordChangedMail(email.data.name, `${publicUrl}/forgot`), id: email.data.id }
    case 'account-deleted':
      return { words: accountDeletedMail(email.data.name), id: email.data.id }
    case 'payment-failed':
      return { words: paymentFailedMail(email.data, publicUrl), id: email.data.id }
    case 'webhook-disabled': {
      const { workspaceHandle, agentId, webhookId, id } = email.data
      const link = `${publicUrl}/w/${workspaceHandle}/agents/${agentId}/webhooks/${webhookId}`
      return { words: webhookDisabledMail(email.data, link), id }
    }
  }
}
