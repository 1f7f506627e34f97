import { notificationsAnswer, notificationsQuery, readNotificationsBody } from '#shared/protocol/notifications.ts'
import { runCommand } from '../core/run-command.ts'
import { markNotificationsRead, mostReadAtOnce } from '../membership/commands/mark-notifications-read.ts'
import { readNotifications } from '../membership/queries/notifications.ts'
import type { Services } from './env.ts'
import { answerWrite, requireSession, serve, type Router } from './router.ts'

export function notificationRoutes(router: Router, { core }: Services): void {
  serve(
    router,
    'get',
    '/api/notifications',
    { summary: 'What one was notified of, newest first', query: notificationsQuery, answer: notificationsAnswer },
    async ({ c, query }) => c.json(await readNotifications(core.sql, requireSession(c).user.id, query)),
  )

  serve(
    router,
    'post',
    '/api/notifications/read',
    { summary: 'Mark notifications as read', body: readNotificationsBody },
    async ({ c, body }) => {
      const input = { userId: requireSession(c).user.id, which: body }
      let outcome = await runCommand(core, markNotificationsRead, input)
      while (outcome.result === mostReadAtOnce) {
        const next = await runCommand(core, markNotificationsRead, input)
        outcome = next.result > 0 ? next : { ...outcome, result: 0 }
      }
      return answerWrite(c, outcome)
    },
  )
}
