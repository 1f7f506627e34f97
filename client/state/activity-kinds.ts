import type { WorkspaceEvent } from '#shared/protocol/events.ts'

type Told = WorkspaceEvent['type']

/** What the history of a workspace is of. */
export const activityKinds = {
  members: [
    'member.joined',
    'member.role_changed',
    'member.profile_changed',
    'member.email_changed',
    'member.removed',
    'member.left',
  ],
  invitations: [
    'invitation.sent',
    'invitation.resent',
    'invitation.role_changed',
    'invitation.cancelled',
    'invitation.declined',
    'invitation.expired',
    'invitation.accepted',
    'invitation.waiting',
    'invitation.seat_granted',
    'invitation.seat_withdrawn',
  ],
  workspace: ['workspace.created', 'workspace.renamed', 'workspace.deleted'],
  agents: ['agent.created', 'agent.updated', 'agent.deleted', 'agent.webhook_disabled'],
} as const satisfies Record<string, readonly Told[]>

export type ActivityKind = keyof typeof activityKinds
export const kindNames = Object.keys(activityKinds) as ActivityKind[]
