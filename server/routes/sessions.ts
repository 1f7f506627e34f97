import { sessionParams, sessionsAnswer } from '#shared/protocol/account.ts'
import { notFound } from '../core/errors.ts'
import type { Services } from './env.ts'
import { requireSession, serve, type Router } from './router.ts'
import { endSession, forgetCookie } from './session-cookie.ts'

export function sessionRoutes(router: Router, services: Services): void {
  const { sessions } = services

  serve(
    router,
    'get',
    '/api/auth/sessions',
    { summary: 'Where one is signed in', answer: sessionsAnswer },
    async ({ c }) => {
      const own = requireSession(c)
      const held = await sessions.listOf(own.user.id)
      const shown = held.map(({ hash, ...session }) => ({ ...session, current: hash === own.id }))
      return c.json({ sessions: shown.sort((one, other) => Number(other.current) - Number(one.current)) })
    },
  )

  serve(
    router,
    'delete',
    '/api/auth/sessions/{sessionId}',
    { summary: 'Sign out elsewhere', params: sessionParams },
    async ({ c, params }) => {
      const own = requireSession(c)
      const held = await sessions.listOf(own.user.id)
      const wanted = held.find(({ id }) => id === params.sessionId)
      if (!wanted) throw notFound()
      await endSession(services, { id: wanted.hash, publicId: wanted.id, user: own.user })
      return wanted.hash === own.id ? forgetCookie(c, services) : c.body(null, 204)
    },
  )
}
