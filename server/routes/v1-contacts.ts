import {
  changeContactBody,
  contactSchema,
  contactsAnswer,
  contactsQuery,
  createContactBody,
} from '#shared/protocol/agents/contacts.ts'
import { contactOfKeyParams } from '#shared/protocol/params.ts'
import { runCommand } from '../core/run-command.ts'
import { changeContact } from '../helpdesk/commands/change-contact.ts'
import { createContact } from '../helpdesk/commands/create-contact.ts'
import { deleteContact } from '../helpdesk/commands/delete-contact.ts'
import { readContact, readContacts } from '../helpdesk/queries/contacts.ts'
import { serveByKey } from './by-key.ts'
import type { Services } from './env.ts'
import { answerWrite, idempotencyOf, type Router } from './router.ts'

const all = '/api/v1/contacts'
const one = `${all}/{contactId}` as const
const reads = { scope: 'contacts:read' } as const
const writes = { scope: 'contacts:write' } as const

export function contactRoutesByKey(router: Router, { core }: Services): void {
  serveByKey(
    router,
    'get',
    all,
    { ...reads, summary: 'Contacts, the newest first', query: contactsQuery, answer: contactsAnswer },
    async ({ c, key, query }) => c.json(await readContacts(core.sql, key, query)),
  )

  serveByKey(
    router,
    'post',
    all,
    { ...writes, summary: 'Create a contact', body: createContactBody, answer: contactSchema, status: 201 },
    async ({ c, key, body }) => {
      const input = { ...key, contact: body }
      const outcome = await runCommand(core, createContact, input, idempotencyOf(c, key.apiKeyId, body))
      return answerWrite(c, outcome, outcome.result, 201)
    },
  )

  serveByKey(
    router,
    'get',
    one,
    { ...reads, summary: 'One contact', params: contactOfKeyParams, answer: contactSchema },
    async ({ c, key, params }) => c.json(await readContact(core.sql, { ...key, ...params })),
  )

  serveByKey(
    router,
    'patch',
    one,
    {
      ...writes,
      summary: 'Change a contact',
      params: contactOfKeyParams,
      body: changeContactBody,
      answer: contactSchema,
    },
    async ({ c, key, params, body }) => {
      const outcome = await runCommand(core, changeContact, { ...key, ...params, change: body })
      return answerWrite(c, outcome, outcome.result)
    },
  )

  serveByKey(
    router,
    'delete',
    one,
    { ...writes, summary: 'Delete a contact; their conversations stay, as nobody’s', params: contactOfKeyParams },
    async ({ c, key, params }) => answerWrite(c, await runCommand(core, deleteContact, { ...key, ...params })),
  )
}
