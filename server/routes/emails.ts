import { changeEmailBody, verifyEmailBody } from '#shared/protocol/account.ts'
import { askForEmail } from '../accounts/commands/ask-for-email.ts'
import { cancelEmailChange } from '../accounts/commands/cancel-email-change.ts'
import { confirmEmail } from '../accounts/commands/confirm-email.ts'
import { sendVerification } from '../accounts/commands/send-verification.ts'
import { Refusal } from '../core/errors.ts'
import { runCommand } from '../core/run-command.ts'
import { sealLink } from '../secrets/places.ts'
import type { Services } from './env.ts'
import { spendEmailTo, spendLinkAgainTo } from './limits.ts'
import { requirePassword } from './require-password.ts'
import { answerWrite, requireSession, serve, type Router } from './router.ts'

/** The address of one's account: that it is one's own, and another one. */
export function emailRoutes(router: Router, services: Services): void {
  const { core, limits, seal } = services

  serve(
    router,
    'post',
    '/api/auth/email/verify',
    { summary: 'Confirm an address by the link that was sent there', body: verifyEmailBody },
    async ({ c, body: { token } }) => {
      const address = c.get('address')
      await limits.require('unknownTokenByAddress', address)
      const outcome = await runCommand(core, confirmEmail, { token }).catch(async (error: unknown) => {
        if (error instanceof Refusal && error.code === 'link_not_found')
          await limits.spend('unknownTokenByAddress', address)
        throw error
      })
      return answerWrite(c, outcome)
    },
  )

  serve(
    router,
    'post',
    '/api/auth/email/verification',
    { summary: 'Send the link that confirms one’s address once more', status: 202 },
    async ({ c }) => {
      const { user } = requireSession(c)
      await spendLinkAgainTo(limits, user.email)
      await runCommand(core, sendVerification, { userId: user.id, seal: sealLink(seal) })
      return c.body(null, 202)
    },
  )

  serve(
    router,
    'post',
    '/api/auth/email/change',
    { summary: 'Ask for another address: a link is sent there', body: changeEmailBody, status: 202 },
    async ({ c, body: { email, password } }) => {
      const { user } = requireSession(c)
      await limits.require('takenEmailByAddress', c.get('address'))
      const currentHash = await requirePassword(c, services, password)
      await spendEmailTo(limits, email)
      const input = { userId: user.id, email, currentHash, seal: sealLink(seal) }
      const outcome = await runCommand(core, askForEmail, input).catch(async (error: unknown) => {
        if (error instanceof Refusal && error.code === 'email_taken')
          await limits.spend('takenEmailByAddress', c.get('address'))
        throw error
      })
      c.header('Stream-Position', outcome.positions)
      return c.body(null, 202)
    },
  )

  serve(
    router,
    'delete',
    '/api/auth/email/change',
    { summary: 'Keep one’s address: the link that was sent elsewhere works no more' },
    async ({ c }) => {
      return answerWrite(c, await runCommand(core, cancelEmailChange, { userId: requireSession(c).user.id }))
    },
  )
}
