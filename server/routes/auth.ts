import { signInAnswer, signInBody, signUpAnswer, signUpBody } from '#shared/protocol/requests.ts'
import { signUp } from '../accounts/commands/sign-up.ts'
import { readWorkspaces } from '../accounts/queries/me.ts'
import { findCredentials } from '../accounts/queries/credentials.ts'
import { requireUncommon } from '../auth/common-passwords.ts'
import { hashPassword, isPassword } from '../auth/passwords.ts'
import { invalidCredentials } from '../auth/sessions.ts'
import { Refusal } from '../core/errors.ts'
import { runCommand } from '../core/run-command.ts'
import { sealLink } from '../secrets/places.ts'
import type { Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'
import { announce, beginSession, endSession, forgetCookie } from './session-cookie.ts'

export function authRoutes(router: Router, services: Services): void {
  const { core, sessions, limits, seal } = services

  serve(
    router,
    'post',
    '/api/auth/sign-up',
    { summary: 'Sign up', body: signUpBody, answer: signUpAnswer, status: 201 },
    async ({ c, body }) => {
      const { email, password, name, invitationToken: token } = body
      const address = c.get('address')
      requireUncommon(password, { email, name })
      await limits.require('takenEmailByAddress', address)
      if (token !== undefined) await limits.require('unknownTokenByAddress', address)
      await limits.spend('signUpByAddress', address)
      const passwordHash = await hashPassword(password)
      // the password stays out of what is kept for repeats; it is checked against the account instead
      const idempotency = idempotencyOf(c, email, { email, name, token })
      const input = { email, passwordHash, name, token, seal: sealLink(seal) }
      const outcome = await runCommand(core, signUp, input, idempotency).catch(async (error: unknown) => {
        if (error instanceof Refusal && error.code === 'email_taken') await limits.spend('takenEmailByAddress', address)
        if (error instanceof Refusal && error.code === 'invitation_not_found')
          await limits.spend('unknownTokenByAddress', address)
        throw error
      })
      const { user, invitation } = outcome.result
      c.set('subject', user.id)
      const kept = outcome.repeated
        ? ((await findCredentials(core.sql, user.email))?.passwordHash ?? null)
        : passwordHash
      if (kept === null || (outcome.repeated && !(await isPassword(kept, password)))) {
        throw new Refusal('idempotency_mismatch', 'This Idempotency-Key was used for another request. Use a new one.')
      }
      await beginSession(c, services, user.id, kept)
      const workspaces = await readWorkspaces(core.sql, user.id)
      return answerWrite(c, outcome, { user, workspaces, ...(invitation && { invitation }) }, 201)
    },
  )

  serve(
    router,
    'post',
    '/api/auth/sign-in',
    { summary: 'Sign in', body: signInBody, answer: signInAnswer },
    async ({ c, body }) => {
      const address = c.get('address')
      // By account and address together, so that a stranger's guesses do not lock the owner of the account out.
      const guess = `${body.email} ${address}`
      const requireGuesses = async () => {
        await limits.require('wrongPasswordByAccount', guess)
        await limits.require('wrongPasswordByAddress', address)
      }
      await requireGuesses()
      const found = await findCredentials(core.sql, body.email)
      c.set('subject', found?.user.id)
      const right = await isPassword(found?.passwordHash ?? null, body.password)
      // once more: guesses that were sent all at once came in before the first of them was counted
      await requireGuesses()
      if (!right || !found) {
        await limits.spend('wrongPasswordByAccount', guess)
        await limits.spend('wrongPasswordByAddress', address)
        throw invalidCredentials()
      }
      const held = c.get('session')
      if (held) await endSession(services, held)
      await beginSession(c, services, found.user.id, found.passwordHash)
      return c.json({ user: found.user })
    },
  )

  serve(router, 'post', '/api/auth/sign-out', { summary: 'Sign out' }, async ({ c }) => {
    await endSession(services, requireSession(c))
    return forgetCookie(c, services)
  })

  serve(router, 'post', '/api/auth/sign-out-everywhere', { summary: 'End all of one’s sessions' }, async ({ c }) => {
    const { user } = requireSession(c)
    await announce(services, user.id, { ended: await sessions.endAllOf(user.id) })
    return forgetCookie(c, services)
  })
}
