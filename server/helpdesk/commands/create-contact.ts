import type { Contact, NewContact } from '#shared/protocol/agents/contacts.ts'
import { newId } from '../../core/ids.ts'
import { actorOf, openAgent, requireAccess, type AgentCaller, type InAgent } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'

type Input = AgentCaller & { contact: NewContact }

/** An address or an id that another contact has is refused by the database (`contacts_by_…`). */
export const createContact: Command<Input, InAgent, Contact> = {
  open: (tx, input) => openAgent(tx, input, 'part'),
  async run({ tx, draft, workspaceId, agent, actor, at }, { contact: given }) {
    requireAccess(actor, 'agent.edit', 'contacts:write')
    const { name = '', email = null, externalId = null } = given
    const contact = { id: newId(), name, email, externalId, createdAt: at, updatedAt: at }
    draft.send(tx`
      insert into contacts (id, workspace_id, agent_id, name, email, external_id, created_at, updated_at)
      values (${contact.id}, ${workspaceId}, ${agent.id}, ${name}, ${email}, ${externalId}, ${at}, ${at})`)
    draft.append('agent', agent.id, 'contact.created', { contact }, { actor: actorOf(actor) })
    return contact
  },
}
