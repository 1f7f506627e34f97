import type { VisitorConversation, VisitorEvent, VisitorMessage } from '../protocol/visitors.ts'

/** What a visitor sees of `conversation:<id>`: messages in the order in which they were written. */
export type VisitorState = { conversation: VisitorConversation; messages: VisitorMessage[] }

/** State at N and the event N+1 give the state at N+1 (S3), with all the messages since the snapshot. Pure. */
export function applyVisitorEvent(state: VisitorState, event: VisitorEvent): VisitorState {
  switch (event.type) {
    case 'conversation.created':
    case 'conversation.updated':
      return { ...state, conversation: event.data.conversation }
    case 'message.created': {
      const conversation = { ...state.conversation, messageCount: state.conversation.messageCount + 1, updatedAt: event.at }
      return { conversation, messages: [...state.messages, event.data.message] }
    }
    default:
      event satisfies never
      return state
  }
} // prettier-ignore
