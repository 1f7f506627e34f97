import type { Contact, ContactsQuery } from '#shared/protocol/agents/contacts.ts'
import type { InAgentIds } from '../agents/resource-rows.ts'
import type { Tx } from '../core/tenant.ts'

export const contactColumns = (tx: Tx) => tx`id, name, email, external_id, created_at, updated_at`

/** The contact, for sending together with other statements. */
export function contactWith(tx: Tx, { workspaceId, agentId }: InAgentIds, contactId: string) {
  return tx<Contact[]>`
    select ${contactColumns(tx)}
    from contacts
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${contactId}`
}

/** The newest first, so many behind the one with the id `cursor`. */
export function pageOfContacts(tx: Tx, { workspaceId, agentId }: InAgentIds, query: ContactsQuery) {
  const { limit, cursor, email, externalId } = query
  return tx<Contact[]>`
    select ${contactColumns(tx)}
    from contacts
    where workspace_id = ${workspaceId} and agent_id = ${agentId}
      ${email === undefined ? tx`` : tx`and email = ${email}`}
      ${externalId === undefined ? tx`` : tx`and external_id = ${externalId}`}
      ${cursor === undefined ? tx`` : tx`and id < ${cursor}`}
    order by id desc
    limit ${limit}`
}
