import { accountAnswer, addonSeatsBody, meAnswer, planBody } from '#shared/protocol/requests.ts'
import { changeBilling } from '../accounts/commands/change-billing.ts'
import { readMe, readOwnAccount } from '../accounts/queries/me.ts'
import { runCommand } from '../core/run-command.ts'
import type { Services } from './env.ts'
import { answerWrite, requireSession, serve, type Router } from './router.ts'

export function accountRoutes(router: Router, { core, epoch }: Services): void {
  serve(
    router,
    'get',
    '/api/me',
    { summary: 'Who one is, and where one is a member', answer: meAnswer },
    async ({ c }) => {
      return c.json(await readMe(core.sql, epoch, requireSession(c).user))
    },
  )

  serve(
    router,
    'put',
    '/api/account/plan',
    { summary: 'Choose a plan', body: planBody, answer: accountAnswer },
    async ({ c, body }) => {
      const userId = requireSession(c).user.id
      const outcome = await runCommand(core, changeBilling, { userId, plan: body.plan })
      return answerWrite(c, outcome, { account: await readOwnAccount(core.sql, userId) })
    },
  )

  serve(
    router,
    'put',
    '/api/account/seats',
    { summary: 'Set the add-on seats', body: addonSeatsBody, answer: accountAnswer },
    async ({ c, body }) => {
      const userId = requireSession(c).user.id
      const outcome = await runCommand(core, changeBilling, { userId, addonSeats: body.addonSeats })
      return answerWrite(c, outcome, { account: await readOwnAccount(core.sql, userId) })
    },
  )
}
