import {
  accountExportAnswer,
  changeUserBody,
  deleteAccountBody,
  seatHistoryAnswer,
  seatHistoryQuery,
  userAnswer,
} from '#shared/protocol/account.ts'
import { accountAnswer, addonSeatsBody, meAnswer, planBody } from '#shared/protocol/requests.ts'
import { changeBilling } from '../accounts/commands/change-billing.ts'
import { changeName } from '../accounts/commands/change-name.ts'
import { deleteAccount } from '../accounts/commands/delete-account.ts'
import { readExport } from '../accounts/queries/export.ts'
import { readMe, readOwnAccount } from '../accounts/queries/me.ts'
import { readSeatHistory } from '../accounts/queries/seat-history.ts'
import { Refusal } from '../core/errors.ts'
import { runCommand } from '../core/run-command.ts'
import type { Services } from './env.ts'
import { requirePassword } from './require-password.ts'
import { answerWrite, requireSession, serve, type Router } from './router.ts'
import { forgetCookie } from './session-cookie.ts'

export function accountRoutes(router: Router, services: Services): void {
  const { core, epoch, limits, stripe } = services
  const here = { epoch, provider: stripe ? 'stripe' : 'manual' } as const
  serve(
    router,
    'get',
    '/api/me',
    { summary: 'Who one is, and where one is a member', answer: meAnswer },
    async ({ c }) => {
      return c.json(await readMe(core.sql, here, requireSession(c).user.id))
    },
  )

  serve(
    router,
    'patch',
    '/api/me',
    { summary: 'Change one’s name', body: changeUserBody, answer: userAnswer },
    async ({ c, body }) => {
      const outcome = await runCommand(core, changeName, { userId: requireSession(c).user.id, ...body })
      return answerWrite(c, outcome, { user: outcome.result })
    },
  )

  serve(
    router,
    'get',
    '/api/account/export',
    { summary: 'A copy of what is kept of oneself', answer: accountExportAnswer },
    async ({ c }) => {
      const { user } = requireSession(c)
      await limits.spend('exportsByUser', user.id)
      c.header('Content-Disposition', 'attachment; filename="rollcall-account.json"')
      return c.json(await readExport(core.sql, here.provider, user.id))
    },
  )

  serve(
    router,
    'delete',
    '/api/account',
    { summary: 'Delete one’s account for good', body: deleteAccountBody },
    async ({ c, body }) => {
      const { user } = requireSession(c)
      const currentHash = await requirePassword(c, services, body.password)
      await runCommand(core, deleteAccount, { userId: user.id, currentHash })
      return forgetCookie(c, services)
    },
  )

  serve(
    router,
    'put',
    '/api/account/plan',
    { summary: 'Choose a plan', body: planBody, answer: accountAnswer },
    async ({ c, body }) => {
      const userId = requireSession(c).user.id
      requireManual(services)
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
      requireManual(services)
      const outcome = await runCommand(core, changeBilling, { userId, addonSeats: body.addonSeats })
      return answerWrite(c, outcome, { account: await readOwnAccount(core.sql, userId) })
    },
  )

  serve(
    router,
    'get',
    '/api/account/seats/history',
    {
      summary: 'How the seats of one’s own account stood, day by day',
      query: seatHistoryQuery,
      answer: seatHistoryAnswer,
    },
    async ({ c, query }) => c.json(await readSeatHistory(core.sql, requireSession(c).user.id, query.from)),
  )
}

function requireManual({ stripe }: Services): void {
  if (stripe)
    throw new Refusal(
      'billing_managed_elsewhere',
      'Plan and seats are what was bought: use “Change plan” or “Manage billing”.',
    )
}
