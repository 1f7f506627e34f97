import {
  changeResourceBody,
  createResourceBody,
  resourceSchema,
  resourcesAnswer,
  resourcesQuery,
  searchAnswer,
  searchQuery,
} from '#shared/protocol/agents/knowledge.ts'
import { resourceOfKeyParams } from '#shared/protocol/params.ts'
import { changeResource } from '../agents/commands/change-resource.ts'
import { createResource } from '../agents/commands/create-resource.ts'
import { deleteResource } from '../agents/commands/delete-resource.ts'
import { readResource, readResources } from '../agents/queries/resources.ts'
import { search } from '../agents/queries/search.ts'
import { runCommand } from '../core/run-command.ts'
import { serveByKey } from './by-key.ts'
import type { Services } from './env.ts'
import { pagePermit } from './page-permit.ts'
import { answerWrite, idempotencyOf, type Router } from './router.ts'

const all = '/api/v1/resources'
const one = `${all}/{resourceId}` as const
const reads = { scope: 'knowledge:read' } as const
const writes = { scope: 'knowledge:write' } as const

export function resourceRoutesByKey(router: Router, { core, limits }: Services): void {
  const { sql } = core

  serveByKey(
    router,
    'get',
    all,
    { ...reads, summary: 'What the agent knows', query: resourcesQuery, answer: resourcesAnswer },
    async ({ c, key, query }) => c.json(await readResources(sql, key, query)),
  )

  serveByKey(
    router,
    'post',
    all,
    {
      ...writes,
      summary: 'Add a text, a question with its answer, or a page',
      body: createResourceBody,
      answer: resourceSchema,
      status: 201,
    },
    async ({ c, key, body }) => {
      const input = { ...key, resource: body, permit: pagePermit(limits, key) }
      const outcome = await runCommand(core, createResource, input, idempotencyOf(c, key.apiKeyId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serveByKey(
    router,
    'get',
    one,
    { ...reads, summary: 'One resource, with its content', params: resourceOfKeyParams, answer: resourceSchema },
    async ({ c, key, params }) => c.json(await readResource(sql, { ...key, ...params })),
  )

  serveByKey(
    router,
    'patch',
    one,
    {
      ...writes,
      summary: 'Change a resource',
      params: resourceOfKeyParams,
      body: changeResourceBody,
      answer: resourceSchema,
    },
    async ({ c, key, params, body }) => {
      const outcome = await runCommand(core, changeResource, { ...key, ...params, change: body })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serveByKey(
    router,
    'delete',
    one,
    { ...writes, summary: 'Delete a resource', params: resourceOfKeyParams },
    async ({ c, key, params }) => answerWrite(c, await runCommand(core, deleteResource, { ...key, ...params })),
  )

  serveByKey(
    router,
    'get',
    '/api/v1/search',
    { ...reads, summary: 'Search what the agent knows', query: searchQuery, answer: searchAnswer },
    async ({ c, key, query }) => c.json(await search(sql, key, query)),
  )
}
