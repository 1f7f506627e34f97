import { roleNames } from '#shared/roles.ts'
import { may } from '#shared/policy.ts'
import type { UserEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import type { JoinedWorkspace, UserState, WorkspaceState } from '#shared/state/snapshots.ts'

/** What somebody who looks at the page is told: a sentence, and how much it matters. */
export type News = { text: string; tone: 'plain' | 'good' | 'warning' }

/** News of the open workspace, null for what the rows themselves show well enough or what one has done oneself. */
export function newsOfWorkspace(
  event: WorkspaceEvent,
  before: NonNullable<WorkspaceState>,
  me: JoinedWorkspace,
): News | null {
  if (event.actor?.memberId === me.memberId) return null
  const actor = event.actor?.displayName ?? 'Somebody'
  switch (event.type) {
    case 'member.joined':
      return { text: `${event.data.member.displayName} joined as ${roleNames[event.data.member.role]}.`, tone: 'good' }
    case 'member.left':
      return { text: `${nameOf(before, event.data.memberId)} left the workspace.`, tone: 'plain' }
    case 'member.removed':
      return { text: `${actor} removed ${nameOf(before, event.data.memberId)}.`, tone: 'plain' }
    case 'invitation.declined':
      return { text: `${emailOf(before, event.data.invitationId)} declined the invitation.`, tone: 'plain' }
    case 'invitation.expired':
      return { text: `The invitation of ${emailOf(before, event.data.invitationId)} expired.`, tone: 'plain' }
    case 'invitation.waiting':
      if (!may(me.role, 'invitation.send')) return null
      return {
        text: `${emailOf(before, event.data.invitationId)} wants to join and waits for a seat.`,
        tone: 'warning',
      }
    case 'agent.created':
      return { text: `${actor} created the agent ${event.data.agent.name}.`, tone: 'plain' }
    case 'agent.deleted':
      return { text: `${actor} deleted the agent ${agentOf(before, event.data.agentId)}.`, tone: 'plain' }
    case 'agent.webhook_disabled': {
      if (!may(me.role, 'agent.manage')) return null
      const { host, agentName } = event.data
      const text = `The webhook to ${host} of ${agentName} was switched off: it takes nothing any more.`
      return { text, tone: 'warning' }
    }
    case 'workspace.renamed':
      return { text: `${actor} changed the workspace to ${event.data.name} (${event.data.handle}).`, tone: 'plain' }
    default:
      return null
  }
}

/** News of the person's own stream. `openId` is the workspace on the screen. */
export function newsOfPerson(event: UserEvent, before: UserState, openId: string | null): News | null {
  switch (event.type) {
    case 'workspace.added':
      if (event.data.workspace.role === 'owner') return null
      return { text: `You are now a member of ${event.data.workspace.name}.`, tone: 'good' }
    case 'workspace.role_changed': {
      const name = before.workspaces.find(({ id }) => id === event.data.workspaceId)?.name ?? 'a workspace'
      const where = event.data.workspaceId === openId ? '' : ` of ${name}`
      return { text: `Your role${where} is now ${roleNames[event.data.role]}.`, tone: 'good' }
    }
    case 'workspace.removed':
      return {
        text: departure(event.data.name, event.data.reason),
        tone: event.data.reason === 'left' ? 'plain' : 'warning',
      }
    case 'billing.updated':
      if (event.data.billing.status !== 'past_due' || before.billing.status === 'past_due') return null
      return { text: 'A payment failed. “Plan & seats” says how long everything stays as it is.', tone: 'warning' }
    default:
      return null
  }
}

/** Why a person is no longer in a workspace. */
export function departure(name: string, reason: 'removed' | 'left' | 'deleted'): string {
  if (reason === 'left') return `You left ${name}.`
  return reason === 'deleted' ? `The workspace ${name} was deleted.` : `You were removed from ${name}.`
}

type Outcome = Extract<UserEvent, { type: 'invitation.closed' }>['data']['outcome']

/** What became of an invitation that somebody waits by. */
export function closing(workspaceName: string, outcome: Outcome): string {
  switch (outcome) {
    case 'accepted':
      return `You are now a member of ${workspaceName}.`
    case 'declined':
      return `You declined the invitation to ${workspaceName}.`
    case 'cancelled':
      return `Your invitation to ${workspaceName} was withdrawn.`
    case 'expired':
      return `Your invitation to ${workspaceName} has expired. Ask for a new one.`
    case 'deleted':
      return `The workspace ${workspaceName} was deleted.`
    case 'resent':
      return `You were sent a new link to ${workspaceName}. Open it to ask again.`
    default:
      return outcome satisfies never
  }
}

function nameOf(state: NonNullable<WorkspaceState>, memberId: string): string {
  return state.members.find(({ id }) => id === memberId)?.displayName ?? 'A member'
}

function agentOf(state: NonNullable<WorkspaceState>, agentId: string): string {
  return state.agents.find(({ id }) => id === agentId)?.name ?? 'of this workspace'
}

function emailOf(state: NonNullable<WorkspaceState>, invitationId: string): string {
  return state.invitations.find(({ id }) => id === invitationId)?.email ?? 'an invited person'
}
