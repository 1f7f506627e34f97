import { notFound } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { lockedAgent, type AtAgent } from '../core/opening.ts'
import { timeNow, together, type Tx } from '../core/tenant.ts'
import type { Shown } from '../helpdesk/listed.ts'
import { withConversation, type AtConversation } from '../helpdesk/open-conversation.ts'

/** Whoever has a token with this hash, whether it is a visitor's already or not. The ids are the server's. */
export type VisitorInput = { workspaceId: string; agentId: string; tokenHash: Buffer }
export type AsVisitor = AtAgent & { visitor: { id: string; contactId: string | null } }

/**
 * Opens a command of a visitor, who is locked: what one visitor does happens one after another. With `become` whoever is
 * none yet becomes one.
 */
export async function openVisitor(
  tx: Tx,
  input: VisitorInput,
  how: 'known' | 'become' = 'known',
): Promise<AsVisitor & { at: string }> {
  const { workspaceId } = input
  const [, , [agent], , , [visitor], [now]] = await together(
    ...lockedAgent(tx, input, 'part'),
    contactKept(tx, input),
    how === 'become' ? becomeVisitor(tx, input) : Promise.resolve(),
    tx<AsVisitor['visitor'][]>`
      select id, contact_id from visitors where ${isVisitor(tx, input)} for no key update`,
    timeNow(tx),
  )
  if (!agent?.messenger || !visitor) throw notFound()
  return { workspaceId, agent, visitor, ...now }
}

type InConversation = VisitorInput & { conversationId: string }
export type InOwnConversation = AsVisitor & AtConversation

/** Opens a command of a visitor on a conversation of theirs; anybody else's is as none. */
export async function openOwnConversation(tx: Tx, input: InConversation): Promise<InOwnConversation & { at: string }> {
  const [opened, own] = await together(
    withConversation(tx, openVisitor(tx, input), input),
    tx`select id from conversations where ${isOwn(tx, input)} and id = ${input.conversationId}`,
  )
  return { ...opened, conversation: own.length > 0 ? opened.conversation : undefined }
}

/**
 * Who the visitor said they are, who stays as they are as long as this takes: lists tell of it. Locked before the visitor,
 * as where a contact is deleted, which changes its visitors.
 */
export function contactKept(tx: Tx, input: VisitorInput) {
  return tx<NonNullable<Shown['contact']>[]>`
    select id, name, email
    from contacts
    where workspace_id = ${input.workspaceId} and agent_id = ${input.agentId}
      and id = (select v.contact_id from visitors v where ${isVisitor(tx, input)})
    for share`
}

/** The condition of the row in `visitors` that has this token. */
export function isVisitor(tx: Tx, { workspaceId, agentId, tokenHash }: VisitorInput) {
  return tx`workspace_id = ${workspaceId} and agent_id = ${agentId} and token_hash = ${tokenHash}`
}

/** The condition of the rows in `conversations` that are this visitor's. */
export function isOwn(tx: Tx, input: VisitorInput) {
  const { workspaceId, agentId } = input
  return tx`
    workspace_id = ${workspaceId} and agent_id = ${agentId}
    and visitor_id = (select v.id from visitors v where ${isVisitor(tx, input)})`
}

function becomeVisitor(tx: Tx, { workspaceId, agentId, tokenHash }: VisitorInput) {
  return tx`
    insert into visitors (id, workspace_id, agent_id, token_hash, created_at)
    select ${newId()}, workspace_id, id, ${tokenHash}, date_trunc('milliseconds', clock_timestamp())
    from agents
    where workspace_id = ${workspaceId} and id = ${agentId} and messenger
    on conflict (agent_id, token_hash) do nothing`
}
