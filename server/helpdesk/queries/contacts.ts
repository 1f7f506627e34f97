import type { Contact, ContactsQuery } from '#shared/protocol/agents/contacts.ts'
import type { PageOf } from '#shared/protocol/page.ts'
import { readInAgent } from '../../agents/queries/read-in-agent.ts'
import { notFound } from '../../core/errors.ts'
import type { AgentCaller } from '../../core/opening.ts'
import { pageFrom } from '../../core/page.ts'
import type { Sql } from '../../db/sql.ts'
import { contactWith, pageOfContacts } from '../contact-rows.ts'

const need = { action: 'workspace.view', scope: 'contacts:read' } as const

/** A page of the agent's contacts, the newest first. */
export async function readContacts(sql: Sql, caller: AgentCaller, query: ContactsQuery): Promise<PageOf<Contact>> {
  const [found] = await readInAgent(sql, caller, need, (tx) => [
    pageOfContacts(tx, caller, { ...query, limit: query.limit + 1 }),
  ])
  return pageFrom(found, query.limit)
}

export async function readContact(sql: Sql, caller: AgentCaller & { contactId: string }): Promise<Contact> {
  const [[contact]] = await readInAgent(sql, caller, need, (tx) => [contactWith(tx, caller, caller.contactId)])
  if (!contact) throw notFound()
  return contact
}
