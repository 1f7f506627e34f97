import type { Contact, ContactChange } from '#shared/protocol/agents/contacts.ts'
import { badInput, notFound } from '../../core/errors.ts'
import { actorOf, requireAccess } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { openContact, type ContactInput, type WithContact } from '../open-contact.ts'

type Input = ContactInput & { change: ContactChange }

/** A field that is missing stays what it is. What another contact has is refused by the database (`contacts_by_…`). */
export const changeContact: Command<Input, WithContact, Contact> = {
  open: (tx, input) => openContact(tx, input, 'toChange'),
  async run({ tx, draft, workspaceId, agent, actor, contact: before, at }, { change }) {
    requireAccess(actor, 'agent.edit', 'contacts:write')
    if (!before) throw notFound()
    const contact = { ...before, ...changed(before, change) }
    const { id, name, email, externalId } = contact
    if (JSON.stringify(contact) === JSON.stringify(before)) return before
    if (name === '' && email === null && externalId === null) {
      throw badInput('name', 'Leave a name, an email address or an id.')
    }
    draft.send(tx`
      update contacts
      set name = ${name}, email = ${email}, external_id = ${externalId}, updated_at = ${at}
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${id}`)
    const told = { ...contact, updatedAt: at }
    draft.append('agent', agent.id, 'contact.updated', { contact: told }, { actor: actorOf(actor) })
    return told
  },
}

function changed(before: Contact, { name, email, externalId }: ContactChange) {
  return {
    name: name ?? before.name,
    email: email === undefined ? before.email : email,
    externalId: externalId === undefined ? before.externalId : externalId,
  }
}
