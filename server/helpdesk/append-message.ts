import type { Message } from '#shared/protocol/agents/conversations.ts'
import type { Actor } from '#shared/protocol/events.ts'
import { newId } from '../core/ids.ts'
import type { Unit } from '../core/run-command.ts'
import type { ConversationIds } from './conversation-rows.ts'

type Written = ConversationIds & {
  /** Which one of the conversation it is, from 1 on. */
  place: number
  author: Message['author']
  text: string
}

/** Adds a message to a conversation whose row is locked or just made, and tells of it. */
export function appendMessage({ tx, draft, at }: Unit, written: Written, actor: Actor | null): Message {
  const { workspaceId, agentId, conversationId, place, author, text } = written
  const message = { id: newId(), conversationId, author, text, at }
  draft.send(tx`
    insert into messages (id, workspace_id, agent_id, conversation_id, place, author, member_id, author_name, text, at)
    values (
      ${message.id}, ${workspaceId}, ${agentId}, ${conversationId}, ${place},
      ${author.kind}, ${author.memberId}, ${author.name}, ${text}, ${at}
    )`)
  draft.append('conversation', conversationId, 'message.created', { message }, { actor })
  return message
}
