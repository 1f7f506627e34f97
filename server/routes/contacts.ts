import {
  changeContactBody,
  contactParams,
  contactSchema,
  contactsAnswer,
  contactsQuery,
  createContactBody,
} from '#shared/protocol/agents/contacts.ts'
import { agentParams } from '#shared/protocol/params.ts'
import { runCommand } from '../core/run-command.ts'
import { changeContact } from '../helpdesk/commands/change-contact.ts'
import { createContact } from '../helpdesk/commands/create-contact.ts'
import { deleteContact } from '../helpdesk/commands/delete-contact.ts'
import { readContact, readContacts } from '../helpdesk/queries/contacts.ts'
import type { Services } from './env.ts'
import { answerWrite, idempotencyOf, requireSession, serve, type Router } from './router.ts'

const all = '/api/workspaces/{workspaceId}/agents/{agentId}/contacts'
const one = `${all}/{contactId}`

export function contactRoutes(router: Router, { core }: Services): void {
  const { sql } = core

  serve(
    router,
    'get',
    all,
    {
      summary: 'The contacts of an agent, the newest first, or the one with an address or an id',
      params: agentParams,
      query: contactsQuery,
      answer: contactsAnswer,
    },
    async ({ c, params, query }) => {
      return c.json(await readContacts(sql, { userId: requireSession(c).user.id, ...params }, query))
    },
  )

  serve(
    router,
    'post',
    all,
    { summary: 'Create a contact', params: agentParams, body: createContactBody, answer: contactSchema, status: 201 },
    async ({ c, params, body }) => {
      const userId = requireSession(c).user.id
      const input = { userId, ...params, contact: body }
      const outcome = await runCommand(core, createContact, input, idempotencyOf(c, userId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serve(
    router,
    'get',
    one,
    { summary: 'One contact', params: contactParams, answer: contactSchema },
    async ({ c, params }) => c.json(await readContact(sql, { userId: requireSession(c).user.id, ...params })),
  )

  serve(
    router,
    'patch',
    one,
    { summary: 'Change a contact', params: contactParams, body: changeContactBody, answer: contactSchema },
    async ({ c, params, body }) => {
      const input = { userId: requireSession(c).user.id, ...params, change: body }
      const outcome = await runCommand(core, changeContact, input)
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serve(
    router,
    'delete',
    one,
    { summary: 'Delete a contact; their conversations stay, as nobody’s', params: contactParams },
    async ({ c, params }) => {
      return answerWrite(c, await runCommand(core, deleteContact, { userId: requireSession(c).user.id, ...params }))
    },
  )
}
