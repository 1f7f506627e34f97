import { pathTo, pathToAgent } from '../routes.ts'
import type { Entry } from './activity-news.ts'
import type { PresentWorkspace } from '../sdk/roster.ts'

/** Where what changed can be seen; null where it is gone. */
export function pathOf({ event, subject }: Entry, handle: string, now: PresentWorkspace | null): string | null {
  const { data } = event
  const member = 'member' in data ? data.member.id : 'memberId' in data ? data.memberId : null
  const agent = 'agent' in data ? data.agent.id : 'agentId' in data ? data.agentId : null
  if (agent) {
    return now?.agents.some(({ id }) => id === agent) ? pathToAgent(handle, { id: agent, tab: 'configuration' }) : null
  }
  const found = member
    ? now?.members.find(({ id }) => id === member)?.email
    : now?.invitations.find(({ email }) => email === emailOf(data, subject.email))?.email
  if (found) return `${pathTo(handle)}?${new URLSearchParams({ q: found })}`
  return event.type === 'workspace.renamed' ? pathTo(handle, 'settings') : null
}

function emailOf(data: Entry['event']['data'], before: string | null): string | null {
  return 'invitation' in data ? data.invitation.email : before
}
