import type { Context } from 'hono'
import {
  changeResourceBody,
  createResourceBody,
  resourceParams,
  resourceSchema,
  resourcesAnswer,
  resourcesQuery,
  resourceSummarySchema,
  searchAnswer,
  searchQuery,
} from '#shared/protocol/agents/knowledge.ts'
import { agentParams } from '#shared/protocol/params.ts'
import { changeResource } from '../agents/commands/change-resource.ts'
import { createResource } from '../agents/commands/create-resource.ts'
import { deleteResource } from '../agents/commands/delete-resource.ts'
import { refreshResource } from '../agents/commands/refresh-resource.ts'
import { readResource, readResources } from '../agents/queries/resources.ts'
import { search } from '../agents/queries/search.ts'
import { runCommand } from '../core/run-command.ts'
import type { Env, Services } from './env.ts'
import { pagePermit } from './page-permit.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const agent = '/api/workspaces/{workspaceId}/agents/{agentId}'
const all = `${agent}/resources`
const one = `${all}/{resourceId}`

export function resourceRoutes(router: Router, { core, limits }: Services): void {
  const { sql } = core
  const by = <Ids>(c: Context<Env>, ids: Ids) => ({ userId: requireSession(c).user.id, ...ids })

  serve(
    router,
    'get',
    all,
    { summary: 'What an agent knows', params: agentParams, query: resourcesQuery, answer: resourcesAnswer },
    async ({ c, params, query }) => c.json(await readResources(sql, by(c, params), query)),
  )

  serve(
    router,
    'post',
    all,
    {
      summary: 'Add a text, a question with its answer, or a page',
      params: agentParams,
      body: createResourceBody,
      answer: resourceSchema,
      status: 201,
    },
    async ({ c, params, body }) => {
      const caller = by(c, params)
      const input = { ...caller, resource: body, permit: pagePermit(limits, params) }
      const outcome = await runCommand(core, createResource, input, idempotencyOf(c, caller.userId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serve(
    router,
    'get',
    one,
    { summary: 'One resource, with its content', params: resourceParams, answer: resourceSchema },
    async ({ c, params }) => c.json(await readResource(sql, by(c, params))),
  )

  serve(
    router,
    'patch',
    one,
    { summary: 'Change a resource', params: resourceParams, body: changeResourceBody, answer: resourceSchema },
    async ({ c, params, body }) => {
      const outcome = await runCommand(core, changeResource, { ...by(c, params), change: body })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(router, 'delete', one, { summary: 'Delete a resource', params: resourceParams }, async ({ c, params }) =>
    answerWrite(c, await runCommand(core, deleteResource, by(c, params))),
  )

  serve(
    router,
    'post',
    `${one}/refresh`,
    { summary: 'Read a page again', params: resourceParams, answer: resourceSummarySchema },
    async ({ c, params }) => {
      const input = { ...by(c, params), permit: pagePermit(limits, params) }
      const outcome = await runCommand(core, refreshResource, input)
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'get',
    `${agent}/search`,
    { summary: 'Search what an agent knows', params: agentParams, query: searchQuery, answer: searchAnswer },
    async ({ c, params, query }) => c.json(await search(sql, by(c, params), query)),
  )
}
