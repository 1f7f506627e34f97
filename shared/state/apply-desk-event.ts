import type { ListedConversation } from '../protocol/agents/desk.ts'
import type { AgentEvent } from '../protocol/events.ts'
import { mostListed, type DeskState } from './snapshots.ts'

/**
 * The Help Desk's lists at N and the event N+1 of their agent's stream give the lists at N+1 (S3), as long as nothing
 * leaves a list that is longer than its snapshot. Pure.
 */
export function applyDeskEvent(state: DeskState, event: AgentEvent): DeskState {
  switch (event.type) {
    case 'conversation.listed':
      return withListed(state, event.data.conversation)
    case 'contact.updated': {
      const { id, name, email } = event.data.contact
      return withContact(state, id, (one) => ({ ...one, contact: { id, name, email } }))
    }
    case 'contact.deleted': {
      const nobodys = { contactId: null, contact: null, updatedAt: event.at }
      return withContact(state, event.data.contactId, (one) => ({ ...one, ...nobodys }))
    }
    default:
      return state
  }
}

function withListed(state: DeskState, conversation: ListedConversation): DeskState {
  const others = (list: ListedConversation[]) => list.filter(({ id }) => id !== conversation.id)
  const [unresolved, resolved] = [others(state.unresolved), others(state.resolved)]
  const list = conversation.state === 'resolved' ? resolved : unresolved
  list.push(conversation)
  return {
    unresolved: unresolved.sort(byActivity).slice(0, mostListed.unresolved),
    resolved: resolved.sort(byActivity).slice(0, mostListed.resolved),
  }
}

function withContact(state: DeskState, id: string, change: (one: ListedConversation) => ListedConversation): DeskState {
  const changed = (list: ListedConversation[]) =>
    list.map((one) => (one.contact?.id === id ? change(one) : one)).sort(byActivity)
  return { unresolved: changed(state.unresolved), resolved: changed(state.resolved) }
}

/** The latest first; ties by id. */
export function byActivity(one: ListedConversation, other: ListedConversation): number {
  if (one.updatedAt !== other.updatedAt) return one.updatedAt < other.updatedAt ? 1 : -1
  return one.id < other.id ? 1 : -1
}
