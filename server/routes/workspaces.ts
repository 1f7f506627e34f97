import { z } from 'zod'
import { eventsAnswer, eventsQuery } from '#shared/protocol/history.ts'
import { workspaceParams } from '#shared/protocol/params.ts'
import {
  changeWorkspaceBody,
  createWorkspaceBody,
  handleAnswer,
  rosterAnswer,
  workspacesAnswer,
} from '#shared/protocol/requests.ts'
import { workspaceSchema } from '#shared/protocol/resources.ts'
import { readWorkspaces } from '../accounts/queries/me.ts'
import { runCommand } from '../core/run-command.ts'
import { changeWorkspace } from '../membership/commands/change-workspace.ts'
import { createWorkspace } from '../membership/commands/create-workspace.ts'
import { deleteWorkspace } from '../membership/commands/delete-workspace.ts'
import { leaveWorkspace } from '../membership/commands/leave-workspace.ts'
import { readHistory } from '../membership/queries/history.ts'
import { handleAvailability, handleForName } from '../membership/queries/handle-availability.ts'
import { readRoster } from '../membership/queries/roster.ts'
import { readWorkspace, readWorkspaceByHandle } from '../membership/queries/workspace.ts'
import { answerLarge } from './compressed.ts'
import type { Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const one = '/api/workspaces/{workspaceId}'
const handleParams = z.strictObject({ handle: z.string().max(200) })

export function workspaceRoutes(router: Router, { core, limits, epoch, online }: Services): void {
  const { sql } = core

  serve(
    router,
    'get',
    '/api/handles',
    { summary: 'The handle for a name', query: z.strictObject({ name: z.string().max(320) }), answer: handleAnswer },
    async ({ c, query }) => {
      await limits.spend('handlesByAddress', requireSession(c).user.id)
      return c.json(await handleForName(sql, query.name))
    },
  )

  serve(
    router,
    'get',
    '/api/handles/{handle}',
    { summary: 'Whether a handle is free', params: handleParams, answer: handleAnswer },
    async ({ c, params }) => {
      await limits.spend('handlesByAddress', requireSession(c).user.id)
      return c.json(await handleAvailability(sql, params.handle))
    },
  )

  serve(
    router,
    'post',
    '/api/workspaces',
    { summary: 'Create a workspace', body: createWorkspaceBody, answer: workspaceSchema, status: 201 },
    async ({ c, body }) => {
      const userId = requireSession(c).user.id
      await limits.spend('workspacesByUser', userId)
      const outcome = await runCommand(core, createWorkspace, { userId, ...body }, idempotencyOf(c, userId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serve(
    router,
    'get',
    '/api/workspaces',
    { summary: 'The workspaces that one is a member of', answer: workspacesAnswer },
    async ({ c }) => {
      return c.json({ workspaces: await readWorkspaces(sql, requireSession(c).user.id) })
    },
  )

  serve(
    router,
    'get',
    '/api/workspaces/by-handle/{handle}',
    { summary: 'A workspace by its current or former handle', params: handleParams, answer: workspaceSchema },
    async ({ c, params }) => {
      return c.json(await readWorkspaceByHandle(sql, params.handle, requireSession(c).user.id))
    },
  )

  serve(
    router,
    'get',
    one,
    { summary: 'A workspace', params: workspaceParams, answer: workspaceSchema },
    async ({ c, params }) => {
      return c.json(await readWorkspace(sql, { userId: requireSession(c).user.id, ...params }))
    },
  )

  serve(
    router,
    'patch',
    one,
    {
      summary: 'Rename a workspace or change its handle',
      params: workspaceParams,
      body: changeWorkspaceBody,
      answer: workspaceSchema,
    },
    async ({ c, params, body }) => {
      const input = { userId: requireSession(c).user.id, ...params }
      const outcome = await runCommand(core, changeWorkspace, { ...input, ...body })
      return answerWrite(c, outcome, await readWorkspace(sql, input))
    },
  )

  serve(
    router,
    'delete',
    one,
    { summary: 'Delete a workspace for good', params: workspaceParams },
    async ({ c, params }) => {
      return answerWrite(c, await runCommand(core, deleteWorkspace, { userId: requireSession(c).user.id, ...params }))
    },
  )

  serve(
    router,
    'post',
    `${one}/leave`,
    { summary: 'Leave a workspace', params: workspaceParams },
    async ({ c, params }) => {
      return answerWrite(c, await runCommand(core, leaveWorkspace, { userId: requireSession(c).user.id, ...params }))
    },
  )

  serve(
    router,
    'get',
    `${one}/roster`,
    { summary: 'Members, invitations and seats, at a position', params: workspaceParams, answer: rosterAnswer },
    async ({ c, params }) => {
      return answerLarge(c, await readRoster(sql, epoch, online, { userId: requireSession(c).user.id, ...params }))
    },
  )

  serve(
    router,
    'get',
    `${one}/events`,
    {
      summary: 'The history of a workspace',
      params: workspaceParams,
      query: eventsQuery,
      answer: eventsAnswer,
    },
    async ({ c, params, query }) => {
      return c.json(await readHistory(sql, { userId: requireSession(c).user.id, ...params }, query))
    },
  )
}
