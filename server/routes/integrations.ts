import {
  changeIntegrationBody,
  createIntegrationBody,
  integrationParams,
  integrationsAnswer,
  integrationSchema,
} from '#shared/protocol/agents/integrations.ts'
import { agentParams } from '#shared/protocol/params.ts'
import { changeIntegration } from '../agents/commands/change-integration.ts'
import { createIntegration } from '../agents/commands/create-integration.ts'
import { deleteIntegration } from '../agents/commands/delete-integration.ts'
import { noteIntegrationProblem } from '../agents/commands/note-integration-problem.ts'
import { handOn } from '../agents/integrations/hand-on.ts'
import { integrationTest } from '../agents/integrations/news.ts'
import { readIntegration, readIntegrations } from '../agents/queries/integrations.ts'
import { Refusal } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { runCommand } from '../core/run-command.ts'
import { integrationPlace } from '../secrets/places.ts'
import type { Services } from './env.ts'
import { spendEmailTo } from './limits.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const all = '/api/workspaces/{workspaceId}/agents/{agentId}/integrations'
const one = `${all}/{integrationId}`

export function integrationRoutes(router: Router, services: Services): void {
  const { core, seal, limits } = services

  serve(
    router,
    'get',
    all,
    { summary: 'The integrations of an agent', params: agentParams, answer: integrationsAnswer },
    async ({ c, params }) => c.json(await readIntegrations(core.sql, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'post',
    all,
    {
      summary: 'Create an integration; where it goes is never shown again',
      params: agentParams,
      body: createIntegrationBody,
      answer: integrationSchema,
      status: 201,
    },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      const input = { userId, ...params, integration: body, seal }
      const outcome = await runCommand(core, createIntegration, input, idempotencyOf(c, userId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serve(
    router,
    'patch',
    one,
    {
      summary: 'Change an integration',
      params: integrationParams,
      body: changeIntegrationBody,
      answer: integrationSchema,
    },
    async ({ c, params, body }) => {
      const input = { userId: requireSession(c).user.id, ...params, change: body, seal }
      const outcome = await runCommand(core, changeIntegration, input)
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(router, 'delete', one, { summary: 'Delete an integration', params: integrationParams }, async ({ c, params }) =>
    answerWrite(c, await runCommand(core, deleteIntegration, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'post',
    `${one}/test`,
    { summary: 'Send a test by an integration, now', params: integrationParams },
    async ({ c, params }) => {
      const userId = requireSession(c).user.id
      const { integration, place } = await readIntegration(core.sql, { userId, ...params })
      const { kind, sealedTarget } = integration
      const { workspaceId, agentId, integrationId } = params
      const target = seal.open(sealedTarget, integrationPlace({ workspaceId, agentId, id: integrationId }))
      await limits.spend('outboundTestsByUser', userId)
      if (kind === 'email') {
        await spendEmailTo(limits, target)
      }
      const link = `${services.publicUrl}/w/${place.handle}/agents/${agentId}`
      const problem = await handOn(services, kind, target, integrationTest(newId(), { ...place, link }))
      const outcome = await runCommand(core, noteIntegrationProblem, { ...params, sealedTarget, problem })
      if (problem !== null) throw new Refusal('unreachable', `The test could not be handed on. ${problem}`)
      return answerWrite(c, outcome)
    },
  )
}
