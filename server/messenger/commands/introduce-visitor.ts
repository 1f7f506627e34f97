import type { Contact } from '#shared/protocol/agents/contacts.ts'
import type { Introduction } from '#shared/protocol/visitors.ts'
import { Refusal } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import type { Command, Unit } from '../../core/run-command.ts'
import { contactColumns } from '../../helpdesk/contact-rows.ts'
import { listedAmong, tellChanged } from '../../helpdesk/listed.ts'
import { openVisitor, type AsVisitor, type VisitorInput } from '../open-visitor.ts'

type Input = VisitorInput & { introduction: Introduction }
type Opened = Unit & AsVisitor

/**
 * A visitor says who they are, once: from then on the team keeps it. Nobody has checked that, so somebody whom the agent
 * knows by the address already stays as they are; the visitor is told the same either way.
 */
export const introduceVisitor: Command<Input, AsVisitor, void> = {
  open: (tx, input) => openVisitor(tx, input),
  async run(unit, { introduction }) {
    const { tx, draft, workspaceId, agent, visitor } = unit
    if (visitor.contactId !== null) {
      throw new Refusal('contact_exists', 'You have said who you are already. Write what has changed.')
    }
    const contact = await someContact(unit, introduction)
    draft.send(tx`
      update visitors
      set contact_id = ${contact.id}
      where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id = ${visitor.id}`)
    await tellOfContact(unit, contact)
  },
}

/** Whom the agent knows by the address, or somebody new: also where the former was deleted between the two looks. */
async function someContact(unit: Opened, introduction: Introduction): Promise<Contact> {
  for (;;) {
    const contact = (await newContact(unit, introduction)) ?? (await knownContact(unit, introduction))
    if (contact) return contact
  }
}

async function newContact({ tx, draft, workspaceId, agent, at }: Opened, given: Introduction): Promise<Contact | null> {
  const { name = '', email = null } = given
  const [contact] = await tx<Contact[]>`
    insert into contacts (id, workspace_id, agent_id, name, email, external_id, created_at, updated_at)
    values (${newId()}, ${workspaceId}, ${agent.id}, ${name}, ${email}, null, ${at}, ${at})
    on conflict (agent_id, email) where email is not null do nothing
    returning ${contactColumns(tx)}`
  if (contact) draft.append('agent', agent.id, 'contact.created', { contact })
  return contact ?? null
}

async function knownContact({ tx, workspaceId, agent }: Opened, given: Introduction): Promise<Contact | null> {
  const [contact] = await tx<Contact[]>`
    select ${contactColumns(tx)}
    from contacts
    where workspace_id = ${workspaceId} and agent_id = ${agent.id} and email = ${given.email ?? null}
    for share`
  return contact ?? null
}

/** What the visitor wrote so far is this contact's, and says so. */
async function tellOfContact({ tx, draft, workspaceId, agent, visitor, at }: Opened, { id }: Contact): Promise<void> {
  const theirs = await tx<{ id: string }[]>`
    update conversations
    set contact_id = ${id}, updated_at = ${at}
    where workspace_id = ${workspaceId} and agent_id = ${agent.id} and id in (
      select c.id
      from conversations c
      where c.workspace_id = ${workspaceId} and c.agent_id = ${agent.id} and c.visitor_id = ${visitor.id}
        and c.contact_id is null
      order by c.id
      for no key update
    )
    returning id`
  const ids = theirs.map((one) => one.id)
  for (const row of await listedAmong(tx, { workspaceId, agentId: agent.id }, ids)) tellChanged({ draft }, row, null)
}
