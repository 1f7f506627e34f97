import { roles, type Role } from './roles.ts'

const everyone = roles
const invited = ['admin', 'editor', 'viewer'] as const
const managers = ['owner', 'admin'] as const
const editors = ['owner', 'admin', 'editor'] as const
const owner = ['owner'] as const

/** Who may do what in a workspace: the only place that knows roles. The server decides by it, the client shows by it. */
export const policy = {
  'workspace.view': everyone,
  'profile.edit': everyone,
  'workspace.leave': invited,
  'invitation.send': managers,
  'invitation.resend': managers,
  'invitation.change_role': managers,
  'member.change_role': managers,
  'invitation.cancel': owner,
  'member.remove': owner,
  'notification.receive': managers,
  'workspace.rename': managers,
  'workspace.delete': owner,
  'billing.manage': owner,
  'agent.manage': managers,
  'agent.edit': editors,
  'conversation.reply': editors,
} as const satisfies Record<string, readonly Role[]>

export type Action = keyof typeof policy

/** Whether a member with this role may do this. */
export function may(role: Role, action: Action): boolean {
  return (policy[action] as readonly Role[]).includes(role)
}
