import type { Context } from 'hono'
import { invitationParams, workspaceParams } from '#shared/protocol/params.ts'
import {
  acceptAnswer,
  changeRoleBody,
  inviteBatchAnswer,
  inviteBatchBody,
  inviteBody,
  previewAnswer,
  declineBody,
  tokenBody,
} from '#shared/protocol/requests.ts'
import { invitationSchema } from '#shared/protocol/resources.ts'
import { Refusal } from '../core/errors.ts'
import { requireRight, type WorkspaceInput } from '../core/opening.ts'
import { runCommand } from '../core/run-command.ts'
import { acceptInvitation } from '../membership/commands/accept-invitation.ts'
import { cancelInvitation } from '../membership/commands/cancel-invitation.ts'
import { changeInvitationRole } from '../membership/commands/change-invitation-role.ts'
import { declineInvitation } from '../membership/commands/decline-invitation.ts'
import { resendInvitation } from '../membership/commands/resend-invitation.ts'
import { sendInvitations } from '../membership/commands/send-invitations.ts'
import { readInvitationEmail } from '../membership/queries/invitation-email.ts'
import { previewInvitation } from '../membership/queries/preview.ts'
import { readPlace, readWorkspace } from '../membership/queries/workspace.ts'
import { invitationEmail } from '../secrets/places.ts'
import type { Env, Services } from './env.ts'
import { spendEmailTo, spendLinkAgainTo } from './limits.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const all = '/api/workspaces/{workspaceId}/invitations'
const one = `${all}/{invitationId}`

export function invitationRoutes(router: Router, services: Services): void {
  const { core, limits, online } = services
  const seal = (token: string) => services.seal.close(token, invitationEmail)

  /** Emails are somebody else's mailbox: limited for each workspace and for each address. */
  async function spendEmails(workspaceId: string, emails: string[], countFor = spendEmailTo): Promise<void> {
    for (const email of emails) await limits.require('emailsToAddressHour', email.trim().toLowerCase())
    await limits.spend('invitationsByWorkspaceHour', workspaceId, emails.length)
    await limits.spend('invitationsByWorkspaceDay', workspaceId, emails.length)
    for (const email of emails) await countFor(limits, email.trim().toLowerCase())
  }

  /** A replay is answered from memory, so whether its caller may still know the answer is looked at beforehand. */
  async function replayable(c: Context<Env>, input: WorkspaceInput, body: unknown) {
    const idempotency = idempotencyOf(c, input.userId, body)
    if (idempotency) requireRight(await readWorkspace(core.sql, input), 'invitation.send')
    return idempotency
  }

  /** Counts once, however often the command is tried. */
  function permitFor(workspaceId: string) {
    let spent: Promise<void> | undefined
    return (emails: string[]) => (spent ??= spendEmails(workspaceId, emails))
  }

  serve(
    router,
    'post',
    all,
    { summary: 'Invite one', params: workspaceParams, body: inviteBody, answer: invitationSchema, status: 201 },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      const input = { userId, ...params, invitations: [body], seal, permit: permitFor(params.workspaceId) }
      const outcome = await runCommand(core, sendInvitations, input, await replayable(c, input, body))
      const [result] = outcome.result
      if (!result?.invitation)
        throw new Refusal(result?.error?.code ?? 'internal', result?.error?.detail ?? 'Nothing was sent.')
      return answerWrite(c, outcome, result.invitation, 201)
    },
  )

  serve(
    router,
    'post',
    `${all}/batch`,
    {
      summary: 'Invite many, each with its own result',
      params: workspaceParams,
      body: inviteBatchBody,
      answer: inviteBatchAnswer,
      status: 207,
    },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      const { invitations } = body
      const input = { userId, ...params, invitations, seal, permit: permitFor(params.workspaceId) }
      const outcome = await runCommand(core, sendInvitations, input, await replayable(c, input, body))
      return answerWrite(c, outcome, { results: outcome.result }, 207)
    },
  )

  serve(
    router,
    'patch',
    one,
    {
      summary: 'Change an invitation’s role',
      params: invitationParams,
      body: changeRoleBody,
      answer: invitationSchema,
    },
    async ({ c, params, body }) => {
      const outcome = await runCommand(core, changeInvitationRole, {
        userId: requireSession(c).user.id,
        ...params,
        ...body,
      })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'post',
    `${one}/resend`,
    { summary: 'Send a fresh link', params: invitationParams, answer: invitationSchema },
    async ({ c, params }) => {
      const input = { userId: requireSession(c).user.id, ...params, seal }
      await spendEmails(params.workspaceId, [await readInvitationEmail(core.sql, input)], spendLinkAgainTo)
      const outcome = await runCommand(core, resendInvitation, input)
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(router, 'delete', one, { summary: 'Cancel an invitation', params: invitationParams }, async ({ c, params }) => {
    return answerWrite(c, await runCommand(core, cancelInvitation, { userId: requireSession(c).user.id, ...params }))
  })

  /** Guessing is limited by counting what was not found; the holder of a link is never slowed. */
  async function guessing<R>(address: string, work: () => Promise<R>): Promise<R> {
    await limits.require('unknownTokenByAddress', address)
    return work().catch(async (error: unknown) => {
      if (error instanceof Refusal && error.code === 'invitation_not_found')
        await limits.spend('unknownTokenByAddress', address)
      throw error
    })
  }

  serve(
    router,
    'post',
    '/api/invitations/preview',
    { summary: 'What an invitation link is for', body: tokenBody, answer: previewAnswer },
    async ({ c, body }) => {
      return c.json(await guessing(c.get('address'), () => previewInvitation(core.sql, body.token)))
    },
  )

  serve(
    router,
    'post',
    '/api/invitations/accept',
    { summary: 'Join by a link', body: tokenBody, answer: acceptAnswer },
    async ({ c, body }) => {
      const userId = requireSession(c).user.id
      const outcome = await guessing(c.get('address'), () => runCommand(core, acceptInvitation, { userId, ...body }))
      const { workspaceId } = outcome.result
      if (outcome.result.outcome === 'waiting') {
        if (outcome.positions) c.header('Stream-Position', outcome.positions)
        throw new Refusal(
          'seats_exhausted',
          'No seat is free right now. You will be let in by itself as soon as one is.',
        )
      }
      const reader = { userId, workspaceId }
      return answerWrite(c, outcome, await readPlace(core.sql, online, reader))
    },
  )

  serve(
    router,
    'post',
    '/api/invitations/decline',
    { summary: 'Decline an invitation; `forGood`: and get no more of this owner’s', body: declineBody },
    async ({ c, body }) => {
      const userId = c.get('session')?.user.id ?? null
      return answerWrite(
        c,
        await guessing(c.get('address'), () => runCommand(core, declineInvitation, { userId, ...body })),
      )
    },
  )
}
