import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { notFound } from '../../core/errors.ts'
import { actorOf, requireAccess } from '../../core/opening.ts'
import type { Command } from '../../core/run-command.ts'
import { conversationColumns } from '../conversation-rows.ts'
import { openContact, type ContactInput, type WithContact } from '../open-contact.ts'

/** What they wrote stays, as nobody's: each of their conversations changes, and tells so. */
export const deleteContact: Command<ContactInput, WithContact, void> = {
  open: (tx, input) => openContact(tx, input, 'toDelete'),
  async run({ tx, draft, workspaceId, agent, actor, contact, at }) {
    requireAccess(actor, 'agent.edit', 'contacts:write')
    if (!contact) throw notFound()
    const theirs = await tx<Conversation[]>`
      update conversations
      set contact_id = null, updated_at = ${at}
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and contact_id = ${contact.id}
      returning ${conversationColumns(tx)}`
    draft.send(tx`
      delete from contacts
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${contact.id}`)
    const more = { actor: actorOf(actor) }
    for (const conversation of theirs) {
      draft.append('conversation', conversation.id, 'conversation.updated', { conversation }, more)
    }
    draft.append('agent', agent.id, 'contact.deleted', { contactId: contact.id }, more)
  },
}
