import { may } from '#shared/policy.ts'
import type { Notification } from '#shared/protocol/notifications.ts'
import { roleNames } from '#shared/roles.ts'
import type { JoinedWorkspace } from '#shared/state/snapshots.ts'
import { news } from '../messages/news.ts'
import { pathTo } from '../routes.ts'

/** The sentence that somebody who looked at the page was told. */
export function sentenceOf({ kind, about }: Notification): string {
  const words = news()
  const name = about.name ?? words.member
  const email = about.email ?? words.invited
  switch (kind) {
    case 'invitation.accepted':
      return words.joined(name, roleNames[about.role ?? 'viewer'])
    case 'invitation.declined':
      return words.declined(email)
    case 'invitation.expired':
      return words.expired(email)
    case 'invitation.waiting':
      return words.waits(email)
    case 'member.left':
      return words.left(name)
    default:
      return kind satisfies never
  }
}

/** Where it can be seen, or something done about it. */
export function pathOf({ kind, about, workspace }: Notification, own: readonly JoinedWorkspace[]): string {
  const role = own.find(({ id }) => id === workspace.id)?.role
  if (kind === 'invitation.waiting' && role && may(role, 'billing.manage')) return pathTo(workspace.handle, 'plan')
  if (kind === 'member.left') return `${pathTo(workspace.handle, 'activity')}?actor=${about.memberId}`
  if (kind === 'invitation.declined') return `${pathTo(workspace.handle, 'activity')}?kind=invitations`
  return `${pathTo(workspace.handle)}?${new URLSearchParams({ q: about.email ?? '' })}`
}
