import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { agentParams } from '#shared/protocol/params.ts'
import {
  changeWebhookBody,
  createWebhookBody,
  deliveriesAnswer,
  deliveriesQuery,
  deliveryParams,
  deliverySchema,
  testWebhookBody,
  webhookParams,
  webhooksAnswer,
  webhookSchema,
  webhookWithSecretAnswer,
  type WebhookWithSecret,
} from '#shared/protocol/agents/webhooks.ts'
import { changeWebhook } from '../agents/commands/change-webhook.ts'
import { createWebhook, type SealedWebhook } from '../agents/commands/create-webhook.ts'
import { deleteWebhook } from '../agents/commands/delete-webhook.ts'
import { replayDelivery } from '../agents/commands/replay-delivery.ts'
import { rotateWebhookSecret } from '../agents/commands/rotate-webhook-secret.ts'
import { testWebhook } from '../agents/commands/test-webhook.ts'
import { readDeliveries, readWebhooks, requireEditor } from '../agents/queries/webhooks.ts'
import type { AgentInput } from '../core/opening.ts'
import { runCommand } from '../core/run-command.ts'
import { webhookPlace } from '../secrets/places.ts'
import type { Env, Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const all = '/api/workspaces/{workspaceId}/agents/{agentId}/webhooks'
const one = `${all}/{webhookId}`
const deliveries = `${one}/deliveries`

export function webhookRoutes(router: Router, { core, seal, limits }: Services): void {
  const { sql } = core

  /** An answer that is given again holds the secret again, so it is for whoever may still edit the agent. */
  async function replayable(c: Context<Env>, input: AgentInput, body: unknown) {
    const idempotency = idempotencyOf(c, input.userId, body)
    if (idempotency) await requireEditor(sql, input)
    return idempotency
  }

  function opened({ webhook, sealedSecret }: SealedWebhook, ids: AgentInput): WebhookWithSecret {
    return { webhook, secret: seal.open(sealedSecret, webhookPlace({ ...ids, id: webhook.id })) }
  }

  serve(
    router,
    'get',
    all,
    { summary: 'The webhooks of an agent', params: agentParams, answer: webhooksAnswer },
    async ({ c, params }) => c.json(await readWebhooks(sql, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'post',
    all,
    {
      summary: 'Create a webhook; its secret is shown this once',
      params: agentParams,
      body: createWebhookBody,
      answer: webhookWithSecretAnswer,
      status: 201,
    },
    async ({ c, params, body }) => {
      const ids = { userId: requireSession(c).user.id, ...params }
      const input = { ...ids, ...body, secret: newSecret(), seal }
      const outcome = await runCommand(core, createWebhook, input, await replayable(c, ids, body))
      return answerWrite(c, outcome, opened(outcome.result, ids), 201)
    },
  )

  serve(
    router,
    'patch',
    one,
    { summary: 'Change a webhook', params: webhookParams, body: changeWebhookBody, answer: webhookSchema },
    async ({ c, params, body }) => {
      const input = { userId: requireSession(c).user.id, ...params, change: body }
      const outcome = await runCommand(core, changeWebhook, input)
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'delete',
    one,
    { summary: 'Delete a webhook and what waits for it', params: webhookParams },
    async ({ c, params }) =>
      answerWrite(c, await runCommand(core, deleteWebhook, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'post',
    `${one}/rotate-secret`,
    {
      summary: 'A new secret, shown this once; the former one signs beside it for a day',
      params: webhookParams,
      answer: webhookWithSecretAnswer,
    },
    async ({ c, params }) => {
      const ids = { userId: requireSession(c).user.id, ...params }
      const input = { ...ids, secret: newSecret(), seal }
      const outcome = await runCommand(core, rotateWebhookSecret, input, await replayable(c, ids, null))
      return answerWrite(c, outcome, opened(outcome.result, ids))
    },
  )

  serve(
    router,
    'post',
    `${one}/test`,
    {
      summary: 'Send a sample event to a webhook',
      params: webhookParams,
      body: testWebhookBody,
      answer: deliverySchema,
      status: 201,
    },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      await limits.spend('outboundTestsByUser', userId)
      const input = { userId, ...params, ...body }
      const outcome = await runCommand(core, testWebhook, input, await replayable(c, input, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serve(
    router,
    'get',
    deliveries,
    {
      summary: 'The deliveries of a webhook, the newest first',
      params: webhookParams,
      query: deliveriesQuery,
      answer: deliveriesAnswer,
    },
    async ({ c, params, query }) =>
      c.json(await readDeliveries(sql, { userId: requireSession(c).user.id, ...params }, query)),
  )

  serve(
    router,
    'post',
    `${deliveries}/{deliveryId}/replay`,
    { summary: 'Send a delivery again', params: deliveryParams, answer: deliverySchema, status: 201 },
    async ({ c, params }) => {
      const input = { userId: requireSession(c).user.id, ...params }
      const outcome = await runCommand(core, replayDelivery, input, await replayable(c, input, null))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )
}

/** As Standard Webhooks write it: 192 random bits. Made once, however often the command is tried. */
function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`
}
