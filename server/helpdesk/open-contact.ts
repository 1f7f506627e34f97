import type { Contact } from '#shared/protocol/agents/contacts.ts'
import { openAgent, type AgentCaller, type InAgent } from '../core/opening.ts'
import { timeNow, together, type Tx } from '../core/tenant.ts'
import { contactColumns } from './contact-rows.ts'

export type ContactInput = AgentCaller & { contactId: string }
export type WithContact = InAgent & { contact: Contact | undefined }

/** Opens a command on one contact, which is locked: against changes, or with `toDelete` against references, too. */
export async function openContact(
  tx: Tx,
  input: ContactInput,
  lock: 'toChange' | 'toDelete',
): Promise<WithContact & { at: string }> {
  const { workspaceId, agentId, contactId } = input
  const [opened, [contact], at] = await together(
    openAgent(tx, input, 'part'),
    tx<Contact[]>`
      select ${contactColumns(tx)}
      from contacts
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${contactId}
      ${lock === 'toChange' ? tx`for no key update` : tx`for update`}`,
    timeNow(tx),
  )
  return { ...opened, contact, ...at[0] }
}
