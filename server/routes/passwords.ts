import { changePasswordBody, forgotPasswordBody, resetPasswordBody } from '#shared/protocol/account.ts'
import { changePassword } from '../accounts/commands/change-password.ts'
import { resetPassword } from '../accounts/commands/reset-password.ts'
import { linkNotFound } from '../accounts/links.ts'
import { findByLink } from '../accounts/queries/links.ts'
import { requireUncommon } from '../auth/common-passwords.ts'
import { hashPassword } from '../auth/passwords.ts'
import { runCommand } from '../core/run-command.ts'
import { writeWithin } from '../core/tenant.ts'
import { enqueue } from '../jobs/enqueue.ts'
import type { Services } from './env.ts'
import { isWithin, spendLinkAgainTo } from './limits.ts'
import { requirePassword } from './require-password.ts'
import { answerWrite, requireSession, serve, type Router } from './router.ts'

export function passwordRoutes(router: Router, services: Services): void {
  const { core, limits } = services

  serve(
    router,
    'post',
    '/api/auth/password/forgot',
    { summary: 'Ask for a link to choose a new password', body: forgotPasswordBody, status: 202 },
    async ({ c, body: { email } }) => {
      await limits.spend('forgottenByAddress', c.get('address'))
      // beyond what an address gets in an hour nothing more is sent, and nobody is told
      if (!(await isWithin(spendLinkAgainTo(limits, email)))) return c.body(null, 202)
      // Answered alike in words and in time, whether anybody has the address or not: a job finds out.
      await writeWithin(core.sql, {}, (tx) => [enqueue(tx, { task: 'send-reset-link', payload: { email } })])
      return c.body(null, 202)
    },
  )

  serve(
    router,
    'post',
    '/api/auth/password/reset',
    { summary: 'Choose a new password by an emailed link', body: resetPasswordBody },
    async ({ c, body: { token, password } }) => {
      const address = c.get('address')
      await limits.require('unknownTokenByAddress', address)
      const person = await findByLink(core.sql, token, 'reset')
      if (!person) {
        await limits.spend('unknownTokenByAddress', address)
        throw linkNotFound()
      }
      c.set('subject', person.id)
      requireUncommon(password, person)
      const passwordHash = await hashPassword(password)
      return answerWrite(c, await runCommand(core, resetPassword, { token, passwordHash }))
    },
  )

  serve(
    router,
    'post',
    '/api/auth/password/change',
    { summary: 'Change one’s password; all other sessions end', body: changePasswordBody },
    async ({ c, body: { current, next } }) => {
      const { id: sessionId, user } = requireSession(c)
      requireUncommon(next, user)
      const currentHash = await requirePassword(c, services, current, 'current')
      const input = { userId: user.id, currentHash, passwordHash: await hashPassword(next), sessionId }
      return answerWrite(c, await runCommand(core, changePassword, input))
    },
  )
}
