import type { Seats } from '../plans.ts'
import type { DeskAnswer } from '../protocol/agents/desk.ts'
import type { AgentStateAnswer } from '../protocol/agents/state.ts'
import type { Conversation, Message } from '../protocol/agents/conversations.ts'
import type { Billing } from '../protocol/billing.ts'
import type { UnreadNotifications } from '../protocol/notifications.ts'
import type { Agent, Invitation, Member, User, WaitingInvitation, Workspace } from '../protocol/resources.ts'

/**
 * The state of `workspace:<id>`: members by when they joined, invitations by when they were sent, agents by when they
 * were made. `null`: no such workspace.
 */
export type WorkspaceState = {
  workspace: WorkspaceSummary
  members: Member[]
  invitations: Invitation[]
  agents: Agent[]
} | null

/** What the log knows of a workspace. Role and member id are the reader's, so they are in the user's own stream. */
export type WorkspaceSummary = Omit<Workspace, 'role' | 'memberId' | 'memberCount'>

/** The state of `account:<id>`. */
export type AccountState = Seats

/** A line of the switcher. */
export type JoinedWorkspace = Omit<Workspace, 'memberCount'>

/** The state of `user:<id>`: the switcher's list in its order, what the person waits for, and what they have not read. */
export type UserState = {
  user: User
  /** The address that is to be theirs once it is confirmed. */
  pendingEmail: string | null
  /** Of the person's own account. */
  billing: Billing
  workspaces: JoinedWorkspace[]
  waiting: WaitingInvitation[]
  unreadNotifications: UnreadNotifications
}

/** The state of `agent:<id>`: each list by when its entries were made. */
export type AgentState = Omit<AgentStateAnswer, 'position' | 'epoch'>

/** The Help Desk's lists of an agent, kept from `agent:<id>`, too. */
export type DeskState = Omit<DeskAnswer, 'position' | 'epoch' | 'unread' | 'former'>

/** How many of each of the Help Desk's lists a snapshot holds. */
export const mostListed = { unresolved: 200, resolved: 100 } as const

/** How many messages of a conversation a snapshot holds. */
export const mostMessagesInSnapshot = 100

/** The state of `conversation:<id>`: its newest messages in the order in which they were written. `null`: no such conversation. */
export type ConversationState = { conversation: Conversation; messages: Message[] } | null
