import { z } from 'zod'
import { seatsSchema } from './plans.ts'
import { assignableRoleSchema, roleSchema } from './roles.ts'
import { apiKeySchema } from './agents/api-keys.ts'
import { contactSchema } from './agents/contacts.ts'
import { conversationSchema, messageSchema } from './agents/conversations.ts'
import { listedEvent } from './agents/desk.ts'
import { integrationSchema } from './agents/integrations.ts'
import { resourceSummarySchema } from './agents/knowledge.ts'
import { webhookSummarySchema } from './agents/webhooks.ts'
import { billingSchema } from './billing.ts'
import {
  agentSchema,
  idSchema,
  invitationSchema,
  memberSchema,
  sessionSchema,
  timeSchema,
  userSchema,
  waitingInvitationSchema,
} from './resources.ts'
import type { StreamKind } from './streams.ts'
import { positionSchema } from './positions.ts'

// Every event carries what a client needs to apply it with no further request, and never a secret:
// the schemas are strict, so a token or a hash that slipped in fails the append.

const ofInvitation = z.strictObject({ invitationId: idSchema })
const ofMember = z.strictObject({ memberId: idSchema })
const workspaceCore = z.strictObject({
  id: idSchema,
  accountId: idSchema,
  name: z.string(),
  handle: z.string(),
  isDefault: z.boolean(),
  createdAt: timeSchema,
})

/** What `workspace:<id>` can carry. Its members read it. */
export const workspaceEvents = {
  'workspace.created': workspaceCore,
  'workspace.renamed': z.strictObject({ name: z.string(), handle: z.string() }),
  'workspace.deleted': z.strictObject({}),
  'member.joined': z.strictObject({ member: memberSchema }),
  'member.role_changed': ofMember.extend({ role: assignableRoleSchema }),
  'member.profile_changed': ofMember.extend({ displayName: z.string(), avatarUrl: z.string().nullable() }),
  'member.email_changed': ofMember.extend({ email: z.string() }),
  'member.removed': ofMember,
  'member.left': ofMember,
  'invitation.sent': z.strictObject({ invitation: invitationSchema }),
  'invitation.resent': z.strictObject({ invitation: invitationSchema }),
  'invitation.role_changed': ofInvitation.extend({ role: assignableRoleSchema }),
  'invitation.cancelled': ofInvitation,
  'invitation.declined': ofInvitation,
  'invitation.expired': ofInvitation,
  'invitation.accepted': ofInvitation.extend({ memberId: idSchema }),
  'invitation.waiting': ofInvitation.extend({ askedAt: timeSchema }),
  'invitation.seat_granted': ofInvitation,
  'invitation.seat_withdrawn': ofInvitation,
  'agent.created': z.strictObject({ agent: agentSchema }),
  'agent.updated': z.strictObject({ agent: agentSchema }),
  'agent.deleted': z.strictObject({ agentId: idSchema }),
  'agent.webhook_disabled': z.strictObject({ agentId: idSchema, agentName: z.string(), host: z.string() }),
} as const

/** What `account:<id>` can carry. Members of any workspace of the account read it, so it holds counts alone. */
export const accountEvents = {
  'seats.changed': seatsSchema,
  'seats.exhausted': z.strictObject({ used: z.int(), limit: z.int() }),
} as const

/** What `user:<id>` can carry. The person alone reads it. */
export const userEvents = {
  'workspace.added': z.strictObject({ workspace: workspaceCore.extend({ role: roleSchema, memberId: idSchema }) }),
  'workspace.renamed': z.strictObject({ workspaceId: idSchema, name: z.string(), handle: z.string() }),
  'workspace.role_changed': z.strictObject({ workspaceId: idSchema, role: assignableRoleSchema }),
  'workspace.removed': z.strictObject({
    workspaceId: idSchema,
    name: z.string(),
    reason: z.enum(['removed', 'left', 'deleted']),
  }),
  'invitation.waiting': z.strictObject({ invitation: waitingInvitationSchema }),
  'invitation.closed': ofInvitation.extend({
    workspaceName: z.string(),
    outcome: z.enum(['accepted', 'declined', 'cancelled', 'expired', 'deleted', 'resent']),
  }),
  'session.started': z.strictObject({ session: sessionSchema }),
  'session.ended': z.strictObject({ sessionId: idSchema }),
  /** Who one is, after something of it changed. */
  'user.updated': z.strictObject({ user: userSchema, pendingEmail: z.string().nullable() }),
  'user.deleted': z.strictObject({}),
  /** How their own account's payment stands. */
  'billing.updated': z.strictObject({ billing: billingSchema }),
  'conversation.read': z.strictObject({
    workspaceId: idSchema,
    agentId: idSchema,
    conversationId: idSchema,
    /** So many of its messages, from the first one on. */
    upTo: z.int(),
  }),
  /** It is read by HTTP: a log is for ever, and addresses of a workspace are for whoever still runs it. */
  'notification.created': z.strictObject({ workspaceId: idSchema, notificationId: idSchema }),
  'notifications.read': z.strictObject({
    read: z.array(z.strictObject({ workspaceId: idSchema, notificationIds: z.array(idSchema) })),
  }),
} as const

/**
 * What `agent:<id>` can carry. Members of its workspace read it, whatever their role. Contacts and conversations are told
 * of here and read by HTTP: there can be any number.
 */
export const agentEvents = {
  'resource.created': z.strictObject({ resource: resourceSummarySchema }),
  'resource.updated': z.strictObject({ resource: resourceSummarySchema }),
  'resource.deleted': z.strictObject({ resourceId: idSchema }),
  'api_key.created': z.strictObject({ apiKey: apiKeySchema }),
  'api_key.revoked': z.strictObject({ apiKeyId: idSchema }),
  'webhook.created': z.strictObject({ webhook: webhookSummarySchema }),
  'webhook.updated': z.strictObject({ webhook: webhookSummarySchema }),
  'webhook.deleted': z.strictObject({ webhookId: idSchema }),
  'integration.created': z.strictObject({ integration: integrationSchema }),
  'integration.updated': z.strictObject({ integration: integrationSchema }),
  'integration.deleted': z.strictObject({ integrationId: idSchema }),
  'contact.created': z.strictObject({ contact: contactSchema }),
  'contact.updated': z.strictObject({ contact: contactSchema }),
  'contact.deleted': z.strictObject({ contactId: idSchema }),
  'conversation.created': z.strictObject({ conversation: conversationSchema }),
  'conversation.listed': listedEvent,
  'takeover.requested': z.strictObject({ conversationId: idSchema }),
} as const

/** What `conversation:<id>` can carry. Members of its workspace read it. */
export const conversationEvents = {
  'conversation.created': z.strictObject({ conversation: conversationSchema }),
  'conversation.updated': z.strictObject({ conversation: conversationSchema }),
  'message.created': z.strictObject({ message: messageSchema }),
} as const

export const eventsOf = {
  workspace: workspaceEvents,
  account: accountEvents,
  user: userEvents,
  agent: agentEvents,
  conversation: conversationEvents,
} as const satisfies Record<StreamKind, Record<string, z.ZodType>>

export const actorSchema = z.strictObject({ memberId: idSchema, displayName: z.string() }).meta({ id: 'Actor' })
export type Actor = z.infer<typeof actorSchema>

type EventOf<Schemas extends Record<string, z.ZodType>> = {
  [Type in keyof Schemas & string]: {
    position: number
    type: Type
    at: string
    actor: Actor | null
    data: z.infer<Schemas[Type]>
  }
}[keyof Schemas & string]

export type WorkspaceEvent = EventOf<typeof workspaceEvents>
export type AccountEvent = EventOf<typeof accountEvents>
export type UserEvent = EventOf<typeof userEvents>
export type AgentEvent = EventOf<typeof agentEvents>
export type ConversationEvent = EventOf<typeof conversationEvents>
/** One entry of a stream: closed unions, so a new type does not compile until the reducer knows it. */
export type StreamEvent = WorkspaceEvent | AccountEvent | UserEvent | AgentEvent | ConversationEvent

const envelope = {
  position: positionSchema,
  at: timeSchema,
  actor: actorSchema.nullable(),
}

/** The shape that every event has on the wire; `data` is by `type`. */
export const eventSchema = z
  .strictObject({ ...envelope, type: z.string(), data: z.record(z.string(), z.unknown()) })
  .meta({ id: 'Event' })
