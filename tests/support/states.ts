import type { ConversationAnswer } from '#shared/protocol/agents/conversations.ts'
import type { DeskAnswer } from '#shared/protocol/agents/desk.ts'
import type { AgentStateAnswer } from '#shared/protocol/agents/state.ts'
import type { MeAnswer, RosterAnswer } from '#shared/protocol/requests.ts'
import type { AgentState, ConversationState, DeskState, UserState, WorkspaceState } from '#shared/state/snapshots.ts'

/** What the workspace's stream knows of a roster: the reader's own role and who is online are not its matter. */
export function workspaceState({ workspace, members, invitations, agents }: RosterAnswer): WorkspaceState {
  const { role: _role, memberId: _memberId, memberCount: _count, ...core } = workspace
  return { workspace: core, members: members.map(({ online: _online, ...member }) => member), invitations, agents }
}

/** What the agent's stream knows of what it has. */
export function agentState({ position: _position, epoch: _epoch, ...state }: AgentStateAnswer): AgentState {
  return state
}

/** What the agent's stream knows of its Help Desk: what its reader has read, and who has left, are not its matter. */
export function deskState({ unresolved, resolved }: DeskAnswer): DeskState {
  return { unresolved, resolved }
}

/** What the conversation's stream knows of it. */
export function conversationState({ conversation, messages }: ConversationAnswer): ConversationState {
  return { conversation, messages }
}

/** What the person's own stream knows of what they start from. */
export function userState({ workspaces, ...me }: MeAnswer): UserState {
  const { position: _position, epoch: _epoch, account: _account, accountPosition: _accountPosition, ...state } = me
  return { ...state, workspaces: workspaces.map(({ memberCount: _count, ...workspace }) => workspace) }
}
