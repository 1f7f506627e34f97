import { pageQuery } from '#shared/protocol/page.ts'
import { agentParams, workspaceParams } from '#shared/protocol/params.ts'
import { agentsAnswer, changeAgentBody, createAgentBody } from '#shared/protocol/requests.ts'
import { agentStateAnswer } from '#shared/protocol/agents/state.ts'
import { agentSchema } from '#shared/protocol/resources.ts'
import { changeAgent } from '../agents/commands/change-agent.ts'
import { createAgent } from '../agents/commands/create-agent.ts'
import { deleteAgent } from '../agents/commands/delete-agent.ts'
import { readAgentState } from '../agents/queries/agent-state.ts'
import { readAgent, readAgents } from '../agents/queries/agents.ts'
import { runCommand } from '../core/run-command.ts'
import type { Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const all = '/api/workspaces/{workspaceId}/agents'
const one = `${all}/{agentId}`

export function agentRoutes(router: Router, { core, epoch }: Services): void {
  const { sql } = core

  serve(
    router,
    'get',
    all,
    { summary: 'The agents of a workspace', params: workspaceParams, query: pageQuery, answer: agentsAnswer },
    async ({ c, params, query }) => {
      return c.json(await readAgents(sql, { userId: requireSession(c).user.id, ...params }, query))
    },
  )

  serve(
    router,
    'post',
    all,
    { summary: 'Create an agent', params: workspaceParams, body: createAgentBody, answer: agentSchema, status: 201 },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      const outcome = await runCommand(
        core,
        createAgent,
        { userId, ...params, ...body },
        idempotencyOf(c, userId, body),
      )
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serve(router, 'get', one, { summary: 'One agent', params: agentParams, answer: agentSchema }, async ({ c, params }) =>
    c.json(await readAgent(sql, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'get',
    `${one}/state`,
    { summary: 'What an agent has: the snapshot of its stream', params: agentParams, answer: agentStateAnswer },
    async ({ c, params }) => c.json(await readAgentState(sql, epoch, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'patch',
    one,
    { summary: 'Change an agent', params: agentParams, body: changeAgentBody, answer: agentSchema },
    async ({ c, params, body }) => {
      const outcome = await runCommand(core, changeAgent, {
        userId: requireSession(c).user.id,
        ...params,
        change: body,
      })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'delete',
    one,
    { summary: 'Delete an agent and all of its data for good', params: agentParams },
    async ({ c, params }) => {
      return answerWrite(c, await runCommand(core, deleteAgent, { userId: requireSession(c).user.id, ...params }))
    },
  )
}
