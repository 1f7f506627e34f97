import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import type { Subject } from '#shared/protocol/history.ts'
import { roleNames } from '#shared/roles.ts'
import { activity } from '../messages/activity.ts'
import { news } from '../messages/news.ts'

/** An event with whom or what it is about, as they were before it. */
export type Entry = { event: WorkspaceEvent; subject: Subject; at: string }

/** What happened, in a sentence, with everybody as they were called then. */
export function sentenceOf(entry: Entry): string {
  // a name can end with a point itself
  return written(entry).replace(/\.\.$/, '.')
}

function written({ event, subject }: Entry): string {
  const [words, common] = [activity(), news()]
  const actor = event.actor?.displayName ?? common.somebody
  const name = subject.name ?? common.member
  const email = subject.email ?? common.invited
  const before = subject.role && roleNames[subject.role]
  switch (event.type) {
    case 'member.joined':
      return common.joined(event.data.member.displayName, roleNames[event.data.member.role])
    case 'member.role_changed':
      return words.roleChanged(actor, name, before, roleNames[event.data.role])
    case 'member.profile_changed':
      if (event.data.displayName === subject.name) return words.pictureChanged(name)
      return words.nameChanged(name, event.data.displayName)
    case 'member.email_changed':
      return words.emailChanged(name, event.data.email)
    case 'member.removed':
      return common.removed(actor, name)
    case 'member.left':
      return common.left(name)
    case 'invitation.sent':
      return words.invited(actor, event.data.invitation.email, roleNames[event.data.invitation.role])
    case 'invitation.resent':
      return words.resent(actor, event.data.invitation.email)
    case 'invitation.role_changed':
      return words.invitationRole(actor, email, before, roleNames[event.data.role])
    case 'invitation.cancelled':
      return words.cancelled(actor, email)
    case 'invitation.declined':
      return common.declined(email)
    case 'invitation.expired':
      return common.expired(email)
    case 'invitation.accepted':
      return words.accepted(actor, email)
    case 'invitation.waiting':
      return common.waits(email)
    case 'invitation.seat_granted':
      return words.seatGranted(email)
    case 'invitation.seat_withdrawn':
      return words.seatWithdrawn(email)
    case 'workspace.created':
      return words.created(actor, event.data.name)
    case 'workspace.renamed':
      return renaming(event, subject, actor)
    case 'workspace.deleted':
      return common.deleted(subject.name ?? '')
    case 'agent.created':
      return common.agentCreated(actor, event.data.agent.name)
    case 'agent.updated':
      if (subject.name === null || subject.name === event.data.agent.name)
        return words.agentChanged(actor, event.data.agent.name)
      return words.agentName(actor, subject.name, event.data.agent.name)
    case 'agent.deleted':
      return common.agentDeleted(actor, subject.name ?? common.ofWorkspace)
    case 'agent.webhook_disabled':
      return common.webhookOff(event.data.host, event.data.agentName)
    default:
      // of a newer server, which this page does not know yet
      event satisfies never
      return ''
  }
}

type Renaming = Extract<WorkspaceEvent, { type: 'workspace.renamed' }>

/** Of the name, of the handle, or of both. */
function renaming({ data }: Renaming, subject: Subject, actor: string): string {
  const words = activity()
  const [name, handle] = [subject.name ?? data.name, subject.handle ?? data.handle]
  if (data.handle === handle) return words.workspaceName(actor, name, data.name)
  return data.name === name
    ? words.workspaceHandle(actor, handle, data.handle)
    : news().renamed(actor, data.name, data.handle)
}
