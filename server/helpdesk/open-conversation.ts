import type { Conversation } from '#shared/protocol/agents/conversations.ts'
import { may } from '#shared/policy.ts'
import type { Role } from '#shared/roles.ts'
import { openAgent, type AgentCaller, type AtAgent, type InAgent } from '../core/opening.ts'
import { timeNow, together, type Tx } from '../core/tenant.ts'
import { conversationColumns, type ConversationIds } from './conversation-rows.ts'
import { shownOf, shownWith, type Shown } from './listed.ts'

export type ConversationInput = AgentCaller & { conversationId: string }
export type AtConversation = AtAgent & {
  conversation: Conversation | undefined
  /** What a list shows of it so far. */
  shown: Shown
  /** Whether the member it is assigned to, or is to be assigned to, is one who may answer. */
  mayAnswer: boolean
}
export type WithConversation = AtConversation & InAgent

/** Opens a command on one conversation, for a member or an API key. */
export function openConversation(
  tx: Tx,
  input: ConversationInput,
  assigneeId?: string | null,
): Promise<WithConversation & { at: string }> {
  return withConversation(tx, openAgent(tx, input, 'part'), input, assigneeId)
}

/**
 * Opens a command on one conversation, which is locked: what happens in it happens one after another. Its contact comes
 * first, as where a contact is deleted, and stays as it is: lists tell of both.
 */
export async function withConversation<Opened extends AtAgent>(
  tx: Tx,
  opening: Promise<Opened>,
  { workspaceId, agentId, conversationId }: ConversationIds,
  assigneeId?: string | null,
): Promise<Opened & AtConversation & { at: string }> {
  const [opened, , [conversation], , [assignee], [shown], [now]] = await together(
    opening,
    keptContact(tx, { workspaceId, agentId, conversationId }),
    tx<Conversation[]>`
      select ${conversationColumns(tx)}
      from conversations
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${conversationId}
      for no key update`,
    // its visitor may have said who they are while its lock was waited for
    keptContact(tx, { workspaceId, agentId, conversationId }),
    assigneeOf(tx, { workspaceId, agentId, conversationId }, assigneeId ?? null),
    shownWith(tx, { workspaceId, agentId, conversationId }),
    timeNow(tx),
  )
  return {
    ...opened,
    conversation,
    shown: shown ? shownOf(shown) : { contact: null, lastMessage: null },
    mayAnswer: assignee !== undefined && may(assignee.role, 'conversation.reply'),
    ...now,
  }
}

function keptContact(tx: Tx, { workspaceId, agentId, conversationId }: ConversationIds) {
  return tx`
    select id
    from contacts
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = (
      select c.contact_id
      from conversations c
      where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId} and c.id = ${conversationId}
    )
    for share`
}

function assigneeOf(tx: Tx, { workspaceId, agentId, conversationId }: ConversationIds, given: string | null) {
  return tx<{ role: Role }[]>`
    select role
    from members
    where workspace_id = ${workspaceId} and id = coalesce(${given}, (
      select c.assignee_id
      from conversations c
      where c.workspace_id = ${workspaceId} and c.agent_id = ${agentId} and c.id = ${conversationId}
    ))`
}
