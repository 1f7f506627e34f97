import type { Delivery, WebhookEvent, WebhookSummary } from '#shared/protocol/agents/webhooks.ts'

/** What each event says, in the order in which they are offered. */
export const eventMeanings: Readonly<Record<WebhookEvent, string>> = {
  'contact.created': 'Somebody new left a name or an address',
  'contact.updated': 'A contact’s details changed',
  'conversation.created': 'A conversation began',
  'message.created': 'Somebody wrote in a conversation',
  'takeover.requested': 'A visitor asked for a person',
  'member.joined': 'Somebody joined the workspace',
  'member.removed': 'Somebody was removed from the workspace',
  'invitation.accepted': 'An invitation was accepted',
  'seats.exhausted': 'The last seat was taken',
}

export const eventOptions = (Object.keys(eventMeanings) as WebhookEvent[]).map((value) => ({
  value,
  name: value,
  hint: eventMeanings[value],
}))

export type Standing = { name: string; tone: 'good' | 'warn' | 'bad' | '' }

/** How an endpoint stands. `failingSince` is not in the live state: null where it is not known. */
export function standingOf({ active, problem }: WebhookSummary, failingSince: string | null): Standing {
  if (problem) return { name: 'Switched off by itself', tone: 'bad' }
  if (!active) return { name: 'Off', tone: '' }
  return failingSince ? { name: 'Failing', tone: 'warn' } : { name: 'Active', tone: 'good' }
}

export function eventCount(count: number): string {
  return count === 0 ? 'No events' : count === 1 ? '1 event' : `${count} events`
}

export const deliveryStatuses: Readonly<Record<Delivery['status'], Standing>> = {
  pending: { name: 'Pending', tone: '' },
  delivered: { name: 'Delivered', tone: 'good' },
  failed: { name: 'Failed', tone: 'bad' },
}

/** What came of the last attempt, or that there was none yet. */
export function outcomeOf({ attempts, answerStatus, answerProblem }: Delivery): string {
  if (attempts === 0) return 'Not sent yet'
  return answerProblem ?? (answerStatus === null ? 'No answer' : `Answered ${answerStatus}`)
}

/** The part of an address after its host, else nothing. */
export function pathOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const path = parsed ? parsed.pathname + parsed.search : ''
  return path === '/' ? '' : path
}

/** An attempt that is this close, in milliseconds, is worth looking out for. */
const soon = 15_000

/** Whether something may happen to a delivery at any moment. */
export function isDue({ status, nextAttemptAt }: Delivery, now: number): boolean {
  return status === 'pending' && (nextAttemptAt === null || Date.parse(nextAttemptAt) - now < soon)
}

/** How often anything of these was sent. */
export function attemptsIn(items: readonly Delivery[]): number {
  return items.reduce((sum, { attempts }) => sum + attempts, 0)
}
