import { roleNames } from '#shared/roles.ts'
import { may } from '#shared/policy.ts'
import type { UserEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import type { JoinedWorkspace, UserState, WorkspaceState } from '#shared/state/snapshots.ts'
import { news } from '../messages/news.ts'

/** What somebody who looks at the page is told: a sentence, and how much it matters. */
export type News = { text: string; tone: 'plain' | 'good' | 'warning' }

/** News of the open workspace, null for what the rows themselves show well enough or what one has done oneself. */
export function newsOfWorkspace(
  event: WorkspaceEvent,
  before: NonNullable<WorkspaceState>,
  me: JoinedWorkspace,
): News | null {
  if (event.actor?.memberId === me.memberId) return null
  const words = news()
  const actor = event.actor?.displayName ?? words.somebody
  switch (event.type) {
    case 'member.joined': {
      const { displayName, role } = event.data.member
      return { text: words.joined(displayName, roleNames[role]), tone: 'good' }
    }
    case 'member.left':
      return { text: words.left(nameOf(before, event.data.memberId)), tone: 'plain' }
    case 'member.removed':
      return { text: words.removed(actor, nameOf(before, event.data.memberId)), tone: 'plain' }
    case 'invitation.declined':
      return { text: words.declined(emailOf(before, event.data.invitationId)), tone: 'plain' }
    case 'invitation.expired':
      return { text: words.expired(emailOf(before, event.data.invitationId)), tone: 'plain' }
    case 'invitation.waiting':
      if (!may(me.role, 'invitation.send')) return null
      return { text: words.waits(emailOf(before, event.data.invitationId)), tone: 'warning' }
    case 'agent.created':
      return { text: words.agentCreated(actor, event.data.agent.name), tone: 'plain' }
    case 'agent.deleted':
      return { text: words.agentDeleted(actor, agentOf(before, event.data.agentId)), tone: 'plain' }
    case 'agent.webhook_disabled': {
      if (!may(me.role, 'agent.manage')) return null
      return { text: words.webhookOff(event.data.host, event.data.agentName), tone: 'warning' }
    }
    case 'workspace.renamed':
      return { text: words.renamed(actor, event.data.name, event.data.handle), tone: 'plain' }
    default:
      return null
  }
}

/** News of the person's own stream. `openId` is the workspace on the screen. */
export function newsOfPerson(event: UserEvent, before: UserState, openId: string | null): News | null {
  const words = news()
  switch (event.type) {
    case 'workspace.added':
      if (event.data.workspace.role === 'owner') return null
      return { text: words.youJoined(event.data.workspace.name), tone: 'good' }
    case 'workspace.role_changed': {
      const { workspaceId } = event.data
      const role = roleNames[event.data.role]
      if (workspaceId === openId) return { text: words.yourRole(role), tone: 'good' }
      const name = before.workspaces.find(({ id }) => id === workspaceId)?.name ?? words.aWorkspace
      return { text: words.yourRoleIn(name, role), tone: 'good' }
    }
    case 'workspace.removed':
      return {
        text: departure(event.data.name, event.data.reason),
        tone: event.data.reason === 'left' ? 'plain' : 'warning',
      }
    case 'billing.updated':
      if (event.data.billing.status !== 'past_due' || before.billing.status === 'past_due') return null
      return { text: words.paymentFailed, tone: 'warning' }
    default:
      return null
  }
}

/** Why a person is no longer in a workspace. */
export function departure(name: string, reason: 'removed' | 'left' | 'deleted'): string {
  const words = news()
  if (reason === 'left') return words.youLeft(name)
  return reason === 'deleted' ? words.deleted(name) : words.youWereRemoved(name)
}

type Outcome = Extract<UserEvent, { type: 'invitation.closed' }>['data']['outcome']

/** What became of an invitation that somebody waits by. */
export function closing(workspaceName: string, outcome: Outcome): string {
  const words = news()
  switch (outcome) {
    case 'accepted':
      return words.youJoined(workspaceName)
    case 'declined':
      return words.youDeclined(workspaceName)
    case 'cancelled':
      return words.withdrawn(workspaceName)
    case 'expired':
      return words.yoursExpired(workspaceName)
    case 'deleted':
      return words.deleted(workspaceName)
    case 'resent':
      return words.resentToYou(workspaceName)
    default:
      return outcome satisfies never
  }
}

function nameOf(state: NonNullable<WorkspaceState>, memberId: string): string {
  return state.members.find(({ id }) => id === memberId)?.displayName ?? news().member
}

function agentOf(state: NonNullable<WorkspaceState>, agentId: string): string {
  return state.agents.find(({ id }) => id === agentId)?.name ?? news().ofWorkspace
}

function emailOf(state: NonNullable<WorkspaceState>, invitationId: string): string {
  return state.invitations.find(({ id }) => id === invitationId)?.email ?? news().invited
}
