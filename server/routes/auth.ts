import { deleteCookie, setCookie } from 'hono/cookie'
import type { Context } from 'hono'
import { signInAnswer, signInBody, signUpAnswer, signUpBody } from '#shared/protocol/requests.ts'
import { announceEndedSessions } from '../accounts/commands/announce-ended-sessions.ts'
import { signUp } from '../accounts/commands/sign-up.ts'
import { readWorkspaces } from '../accounts/queries/me.ts'
import { findCredentials } from '../accounts/queries/credentials.ts'
import { isCommonPassword } from '../auth/common-passwords.ts'
import { hashPassword, isPassword } from '../auth/passwords.ts'
import { sessionCookie, type EndedSession } from '../auth/sessions.ts'
import { badInput, Refusal } from '../core/errors.ts'
import { runCommand } from '../core/run-command.ts'
import type { Env, Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

export function authRoutes(router: Router, services: Services): void {
  const { core, sessions, limits } = services

  serve(
    router,
    'post',
    '/api/auth/sign-up',
    { summary: 'Sign up', body: signUpBody, answer: signUpAnswer, status: 201 },
    async ({ c, body }) => {
      const { email, password, name, invitationToken: token } = body
      const address = c.get('address')
      if (isCommonPassword(password, [email.split('@')[0] ?? '', name])) {
        throw badInput('password', 'This password is easy to guess. Choose another one.')
      }
      await limits.require('takenEmailByAddress', address)
      if (token !== undefined) await limits.require('unknownTokenByAddress', address)
      await limits.spend('signUpByAddress', address)
      const passwordHash = await hashPassword(password)
      // the password stays out of what is kept for repeats; it is checked against the account instead
      const idempotency = idempotencyOf(c, email, { email, name, token })
      const outcome = await runCommand(core, signUp, { email, passwordHash, name, token }, idempotency).catch(
        async (error: unknown) => {
          if (error instanceof Refusal && error.code === 'email_taken')
            await limits.spend('takenEmailByAddress', address)
          if (error instanceof Refusal && error.code === 'invitation_not_found')
            await limits.spend('unknownTokenByAddress', address)
          throw error
        },
      )
      const { user, invitation } = outcome.result
      if (
        outcome.repeated &&
        !(await isPassword((await findCredentials(core.sql, user.email))?.passwordHash ?? null, password))
      ) {
        throw new Refusal('idempotency_mismatch', 'This Idempotency-Key was used for another request. Use a new one.')
      }
      await beginSession(c, services, user.id)
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
      const right = await isPassword(found?.passwordHash ?? null, body.password)
      // once more: guesses that were sent all at once came in before the first of them was counted
      await requireGuesses()
      if (!right || !found) {
        await limits.spend('wrongPasswordByAccount', guess)
        await limits.spend('wrongPasswordByAddress', address)
        throw new Refusal('invalid_credentials', 'This email and password do not belong together.')
      }
      const held = c.get('session')
      if (held) await endSessions(services, [{ ...held, userId: held.user.id }])
      await beginSession(c, services, found.user.id)
      return c.json({ user: found.user })
    },
  )

  serve(router, 'post', '/api/auth/sign-out', { summary: 'Sign out' }, async ({ c }) => {
    const { id, publicId, user } = requireSession(c)
    const ended = { id, publicId, userId: user.id }
    await sessions.end(ended)
    await announce(services, [ended])
    return forgetCookie(c, services)
  })

  serve(router, 'post', '/api/auth/sign-out-everywhere', { summary: 'End all of one’s sessions' }, async ({ c }) => {
    const { user } = requireSession(c)
    await announce(services, await sessions.endAllOf(user.id))
    return forgetCookie(c, services)
  })
}

async function beginSession(c: Context<Env>, services: Services, userId: string): Promise<void> {
  const { token, ended } = await services.sessions.start(userId, c.req.header('user-agent') ?? '')
  await announce(services, ended)
  setCookie(c, sessionCookie, token, { ...cookieOptions(services), maxAge: 90 * 24 * 3600 })
}

async function endSessions(services: Services, ended: EndedSession[]): Promise<void> {
  for (const session of ended) await services.sessions.end(session)
  await announce(services, ended)
}

async function announce({ core }: Services, ended: EndedSession[]): Promise<void> {
  if (ended.length > 0) await runCommand(core, announceEndedSessions, { ended })
}

function forgetCookie(c: Context<Env>, services: Services): Response {
  deleteCookie(c, sessionCookie, cookieOptions(services))
  c.header('Clear-Site-Data', '"cache"')
  return c.body(null, 204)
}

function cookieOptions({ publicUrl }: Services) {
  return { httpOnly: true, sameSite: 'Lax', path: '/', secure: publicUrl.startsWith('https:') } as const
}
