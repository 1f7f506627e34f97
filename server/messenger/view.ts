import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import type { ConversationEvent } from '#shared/protocol/events.ts'
import type { VisitorConversation, VisitorEvent, VisitorMessage } from '#shared/protocol/visitors.ts'

// What visitors get to see, put together field by field: what is new elsewhere stays inside until somebody adds it here.

export function conversationFor(conversation: Conversation): VisitorConversation {
  const { id, state, assigneeId, messageCount, createdAt, updatedAt } = conversation
  return { id, state, answeredByTeam: assigneeId !== null, messageCount, createdAt, updatedAt }
}

export function messageFor({ id, conversationId, author, text, at }: Message): VisitorMessage {
  return { id, conversationId, author: authorFor(author), text, at }
}

function authorFor({ kind, memberId, name }: Message['author']): VisitorMessage['author'] {
  return kind === 'contact' ? { kind: 'visitor', memberId: null, name: '' } : { kind, memberId, name }
}

/** The event as its conversation's visitor gets it, at the same position. */
export function eventFor({ position, at, ...event }: ConversationEvent): VisitorEvent {
  switch (event.type) {
    case 'conversation.created':
    case 'conversation.updated':
      return { position, type: event.type, at, data: { conversation: conversationFor(event.data.conversation) } }
    case 'message.created':
      return { position, type: event.type, at, data: { message: messageFor(event.data.message) } }
  }
}
