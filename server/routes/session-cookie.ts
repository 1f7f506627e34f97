import { deleteCookie, setCookie } from 'hono/cookie'
import type { Context } from 'hono'
import { announceSessions } from '../accounts/commands/announce-sessions.ts'
import { cookieNameAt, type EndedSession, type Session } from '../auth/sessions.ts'
import { runCommand } from '../core/run-command.ts'
import type { SignedInBrowser } from '#shared/protocol/resources.ts'
import type { Env, Services } from './env.ts'

/** Signs the browser in that asks. `passwordHash`: of the password that it did so by. */
export async function beginSession(
  c: Context<Env>,
  services: Services,
  userId: string,
  passwordHash: string,
): Promise<void> {
  const userAgent = c.req.header('user-agent') ?? ''
  const { token, session, ended } = await services.sessions.start(userId, { passwordHash, userAgent })
  await announce(services, userId, { started: session, ended })
  setCookie(c, cookieNameAt(services.publicUrl), token, { ...cookieOptions(services), maxAge: 90 * 24 * 3600 })
}

export async function endSession(services: Services, { id, publicId, user }: Session): Promise<void> {
  const ended = { id, publicId, userId: user.id }
  await services.sessions.end(ended)
  await announce(services, user.id, { ended: [ended] })
}

/** Tells the person's other pages, and every node. */
export async function announce(
  { core }: Services,
  userId: string,
  { started = null, ended }: { started?: SignedInBrowser | null; ended: EndedSession[] },
): Promise<void> {
  if (started || ended.length > 0) await runCommand(core, announceSessions, { userId, started, ended })
}

export function forgetCookie(c: Context<Env>, services: Services): Response {
  deleteCookie(c, cookieNameAt(services.publicUrl), cookieOptions(services))
  c.header('Clear-Site-Data', '"cache"')
  return c.body(null, 204)
}

function cookieOptions({ publicUrl }: Services) {
  return { httpOnly: true, sameSite: 'Lax', path: '/', secure: publicUrl.startsWith('https:') } as const
}
