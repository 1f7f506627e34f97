import type { DeskAnswer } from '../protocol/agents/desk.ts'
import type { AgentEvent, UserEvent } from '../protocol/events.ts'

/** A message of each conversation, by which one of it it is, counted from 1. */
export type Places = Readonly<Record<string, number>>

/** Of each conversation the last message that somebody else wrote, as the snapshot has it. */
export function placesOf(unread: DeskAnswer['unread']): Places {
  return Object.fromEntries(unread.map(({ conversationId, upTo }) => [conversationId, upTo]))
}

/** The last messages of others at N and the event N+1 of their agent's stream give those at N+1, for one member. */
export function withWritten(written: Places, event: AgentEvent, memberId: string): Places {
  if (event.type !== 'conversation.listed') return written
  const { id, messageCount, lastMessage, updatedAt } = event.data.conversation
  // whatever else changes changes later than what was written last
  if (!lastMessage || lastMessage.at !== updatedAt || lastMessage.author.memberId === memberId) return written
  return { ...written, [id]: messageCount }
}

/** How far the person has read, which only grows: it does not matter in which order, or how often, it is heard. */
export function withRead(read: Places, event: UserEvent): Places {
  if (event.type !== 'conversation.read') return read
  const { conversationId, upTo } = event.data
  return upTo > (read[conversationId] ?? 0) ? { ...read, [conversationId]: upTo } : read
}

export function isUnread(written: Places, read: Places, conversationId: string): boolean {
  return (written[conversationId] ?? 0) > (read[conversationId] ?? 0)
}
