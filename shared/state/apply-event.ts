import type { AccountEvent, AgentEvent, ConversationEvent, UserEvent, WorkspaceEvent } from '../protocol/events.ts'
import type { Conversation } from '../protocol/agents/conversations.ts'
import type { Invitation, Member, WaitingInvitation } from '../protocol/resources.ts'
import { withNotifications } from './notifications.ts'
import {
  mostMessagesInSnapshot,
  type AccountState,
  type AgentState,
  type ConversationState,
  type JoinedWorkspace,
  type UserState,
  type WorkspaceState,
} from './snapshots.ts'

type PresentWorkspace = NonNullable<WorkspaceState>

/** State at N and the event N+1 give the state at N+1 (S3). Pure: what did not change stays the same object. */
export function applyWorkspaceEvent(state: WorkspaceState, event: WorkspaceEvent): WorkspaceState {
  if (event.type === 'workspace.created') return { workspace: event.data, members: [], invitations: [], agents: [] }
  if (state === null || event.type === 'workspace.deleted') return null
  switch (event.type) {
    case 'workspace.renamed':
      return { ...state, workspace: { ...state.workspace, ...event.data } }
    case 'member.joined':
      return { ...state, members: [...state.members, event.data.member].sort(byJoining) }
    case 'member.role_changed':
      return withMember(state, event.data.memberId, { role: event.data.role })
    case 'member.profile_changed': {
      const { memberId, ...profile } = event.data
      return withMember(state, memberId, profile)
    }
    case 'member.email_changed':
      return withMember(state, event.data.memberId, { email: event.data.email })
    case 'member.removed':
    case 'member.left':
      return { ...state, members: state.members.filter((member) => member.id !== event.data.memberId) }
    case 'invitation.sent':
    case 'invitation.resent':
      return withInvitations(
        state,
        [...without(state, event.data.invitation.id), event.data.invitation].sort(bySending),
      )
    case 'invitation.role_changed':
      return withInvitation(state, event.data.invitationId, { role: event.data.role })
    case 'invitation.waiting':
      return withInvitation(state, event.data.invitationId, { askedAt: event.data.askedAt })
    case 'invitation.seat_granted':
      return withInvitation(state, event.data.invitationId, { seat: 'held' })
    case 'invitation.seat_withdrawn':
      return withInvitation(state, event.data.invitationId, { seat: 'waiting' })
    case 'invitation.expired':
      return withInvitation(state, event.data.invitationId, { status: 'expired', seat: 'waiting', askedAt: null })
    case 'invitation.cancelled':
    case 'invitation.declined':
    case 'invitation.accepted':
      return withInvitations(state, without(state, event.data.invitationId))
    case 'agent.created':
    case 'agent.updated':
      return { ...state, agents: withOne(state.agents, event.data.agent) }
    case 'agent.deleted':
      return { ...state, agents: withoutOne(state.agents, event.data.agentId) }
    case 'agent.webhook_disabled':
      return state
    default:
      // of a newer server, which this page does not know yet
      event satisfies never
      return state
  }
}

export function applyAccountEvent(state: AccountState, event: AccountEvent): AccountState {
  switch (event.type) {
    case 'seats.changed':
      return event.data
    case 'seats.exhausted':
      return state
    default:
      event satisfies never
      return state
  }
}

export function applyUserEvent(state: UserState, event: UserEvent): UserState {
  const unreadNotifications = withNotifications(state.unreadNotifications, event)
  const told = applied(state, event)
  return unreadNotifications === told.unreadNotifications ? told : { ...told, unreadNotifications }
}

function applied(state: UserState, event: UserEvent): UserState {
  switch (event.type) {
    case 'workspace.added':
      return { ...state, workspaces: [...state.workspaces, event.data.workspace].sort(inSwitcher) }
    case 'workspace.renamed':
      return withWorkspace(state, event.data.workspaceId, { name: event.data.name, handle: event.data.handle })
    case 'workspace.role_changed':
      return withWorkspace(state, event.data.workspaceId, { role: event.data.role })
    case 'workspace.removed':
      return { ...state, workspaces: state.workspaces.filter((workspace) => workspace.id !== event.data.workspaceId) }
    case 'invitation.waiting':
      return withWaiting(state, event.data.invitation)
    case 'invitation.closed':
      return { ...state, waiting: state.waiting.filter((waiting) => waiting.invitationId !== event.data.invitationId) }
    case 'user.updated':
    case 'billing.updated':
      return { ...state, ...event.data }
    case 'session.started':
    case 'session.ended':
    case 'conversation.read':
    case 'notification.created':
    case 'notifications.read':
    // with it comes the end of the stream
    case 'user.deleted':
      return state
    default:
      event satisfies never
      return state
  }
}

export function applyAgentEvent(state: AgentState, event: AgentEvent): AgentState {
  switch (event.type) {
    case 'resource.created':
    case 'resource.updated':
      return { ...state, resources: withOne(state.resources, event.data.resource) }
    case 'resource.deleted':
      return { ...state, resources: withoutOne(state.resources, event.data.resourceId) }
    case 'api_key.created':
      return { ...state, apiKeys: withOne(state.apiKeys, event.data.apiKey) }
    case 'api_key.revoked':
      return { ...state, apiKeys: withoutOne(state.apiKeys, event.data.apiKeyId) }
    case 'webhook.created':
    case 'webhook.updated':
      return { ...state, webhooks: withOne(state.webhooks, event.data.webhook) }
    case 'webhook.deleted':
      return { ...state, webhooks: withoutOne(state.webhooks, event.data.webhookId) }
    case 'integration.created':
    case 'integration.updated':
      return { ...state, integrations: withOne(state.integrations, event.data.integration) }
    case 'integration.deleted':
      return { ...state, integrations: withoutOne(state.integrations, event.data.integrationId) }
    case 'contact.created':
    case 'contact.updated':
    case 'contact.deleted':
    case 'conversation.created':
    case 'conversation.listed':
    case 'takeover.requested':
      return state
    default:
      event satisfies never
      return state
  }
}

export function applyConversationEvent(state: ConversationState, event: ConversationEvent): ConversationState {
  if (event.type === 'conversation.created') return { conversation: event.data.conversation, messages: [] }
  if (state === null) return null
  switch (event.type) {
    case 'conversation.updated':
      return { ...state, conversation: event.data.conversation }
    case 'message.created':
      return {
        conversation: withMessage(state.conversation, event.at),
        messages: [...state.messages, event.data.message].slice(-mostMessagesInSnapshot),
      }
    default:
      event satisfies never
      return state
  }
}

function withMessage(conversation: Conversation, at: string): Conversation {
  return { ...conversation, messageCount: conversation.messageCount + 1, updatedAt: at }
}

/** The switcher's order: owned before joined, the default one first of all, then by name; ties by id. */
export function inSwitcher(one: JoinedWorkspace, other: JoinedWorkspace): number {
  return (
    rank(one) - rank(other) || compare(one.name.toLowerCase(), other.name.toLowerCase()) || compare(one.id, other.id)
  )
}

function rank(workspace: JoinedWorkspace): number {
  if (workspace.role !== 'owner') return 2
  return workspace.isDefault ? 0 : 1
}

export function byJoining(one: Member, other: Member): number {
  return compare(one.joinedAt, other.joinedAt) || compare(one.id, other.id)
}

export function bySending(one: Invitation, other: Invitation): number {
  return compare(one.sentAt, other.sentAt) || compare(one.id, other.id)
}

/** Ids are in the order in which they were made. */
export function byId(one: { id: string }, other: { id: string }): number {
  return compare(one.id, other.id)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function withMember(state: PresentWorkspace, id: string, change: Partial<Member>): PresentWorkspace {
  return { ...state, members: state.members.map((member) => (member.id === id ? { ...member, ...change } : member)) }
}

function withInvitation(state: PresentWorkspace, id: string, change: Partial<Invitation>): PresentWorkspace {
  return withInvitations(
    state,
    state.invitations.map((invitation) => (invitation.id === id ? { ...invitation, ...change } : invitation)),
  )
}

function withInvitations(state: PresentWorkspace, invitations: Invitation[]): PresentWorkspace {
  return { ...state, invitations }
}

function without(state: PresentWorkspace, id: string): Invitation[] {
  return state.invitations.filter((invitation) => invitation.id !== id)
}

/** The list with this one in it, in its place, instead of what it was before. */
function withOne<One extends { id: string }>(list: One[], one: One): One[] {
  return [...withoutOne(list, one.id), one].sort(byId)
}

function withoutOne<One extends { id: string }>(list: One[], id: string): One[] {
  return list.filter((one) => one.id !== id)
}

/** Told again, when something about it changed, it keeps its place. */
function withWaiting(state: UserState, invitation: WaitingInvitation): UserState {
  const isKnown = state.waiting.some((one) => one.invitationId === invitation.invitationId)
  if (!isKnown) return { ...state, waiting: [...state.waiting, invitation] }
  return {
    ...state,
    waiting: state.waiting.map((one) => (one.invitationId === invitation.invitationId ? invitation : one)),
  }
}

function withWorkspace(state: UserState, id: string, change: Partial<JoinedWorkspace>): UserState {
  const workspaces = state.workspaces.map((workspace) =>
    workspace.id === id ? { ...workspace, ...change } : workspace,
  )
  return { ...state, workspaces: workspaces.sort(inSwitcher) }
}
