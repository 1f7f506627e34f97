import type { Contact } from '#shared/protocol/agents/contacts.ts'
import type { Conversation, Message } from '#shared/protocol/agents/conversations.ts'
import type { WebhookEvent } from '#shared/protocol/agents/webhooks.ts'
import type { Member } from '#shared/protocol/resources.ts'
import { newId } from '../../core/ids.ts'

type Moment = { agentId: string; at: string }

/** What the test button tells of: of everything that an endpoint can be told, an example that never was. */
export const samples: Readonly<Record<WebhookEvent, (moment: Moment) => object>> = {
  'contact.created': (moment) => ({ contact: contact(moment) }),
  'contact.updated': (moment) => ({ contact: contact(moment) }),
  'conversation.created': (moment) => ({ conversation: conversation(moment) }),
  'message.created': (moment) => ({ message: message(moment) }),
  'takeover.requested': () => ({ conversationId: newId() }),
  'member.joined': (moment) => ({ member: member(moment) }),
  'member.removed': () => ({ memberId: newId() }),
  'invitation.accepted': () => ({ invitationId: newId(), memberId: newId() }),
  'seats.exhausted': () => ({ used: 5, limit: 5 }),
}

const email = 'ada@example.com'

function contact({ at }: Moment): Contact {
  return { id: newId(), name: 'Ada Example', email, externalId: 'customer-1', createdAt: at, updatedAt: at }
}

function conversation({ agentId, at }: Moment): Conversation {
  const rest = { state: 'open', assigneeId: null, messageCount: 0, createdAt: at, updatedAt: at } as const
  return { id: newId(), agentId, contactId: newId(), ...rest }
}

function message({ at }: Moment): Message {
  const author = { kind: 'contact', memberId: null, name: 'Ada Example' } as const
  return { id: newId(), conversationId: newId(), author, text: 'Hello! This is a test.', at }
}

function member({ at }: Moment): Member {
  const rest = { displayName: 'Ada Example', avatarUrl: null, role: 'editor', joinedAt: at } as const
  return { id: newId(), userId: newId(), email, ...rest }
}
