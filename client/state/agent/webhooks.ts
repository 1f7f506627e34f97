import {
  webhookEvents,
  type Delivery,
  type WebhookEvent,
  type WebhookSummary,
} from '#shared/protocol/agents/webhooks.ts'
import { deliveries } from '../../messages/deliveries.ts'
import { webhooks } from '../../messages/webhooks.ts'
import { keptSentence } from '../refusal.ts'

/** What each event says, in the order in which they are offered. */
export function eventOptions(): { value: WebhookEvent; name: string; hint: string }[] {
  const { meanings } = deliveries()
  return webhookEvents.map((value) => ({ value, name: value, hint: meanings[value] }))
}

export type Standing = { name: string; tone: 'good' | 'warn' | 'bad' | '' }

/** How an endpoint stands. `failingSince` is not in the live state: null where it is not known. */
export function standingOf({ active, problem }: WebhookSummary, failingSince: string | null): Standing {
  const words = webhooks()
  if (problem) return { name: words.offByItself, tone: 'bad' }
  if (!active) return { name: words.off, tone: '' }
  return failingSince ? { name: words.failing, tone: 'warn' } : { name: words.active, tone: 'good' }
}

export function eventCount(count: number): string {
  return count === 0 ? webhooks().noEvents : webhooks().eventCount(count)
}

export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const satisfies readonly Delivery['status'][]

const tones: Readonly<Record<Delivery['status'], Standing['tone']>> = { pending: '', delivered: 'good', failed: 'bad' }

export function standingOfDelivery({ status }: Delivery): Standing {
  return { name: deliveries().statuses[status], tone: tones[status] }
}

/** What came of the last attempt, or that there was none yet. */
export function outcomeOf({ attempts, answerStatus, answerProblem }: Delivery): string {
  const words = deliveries()
  if (attempts === 0) return words.notSent
  if (answerProblem !== null) return keptSentence(answerProblem)
  return answerStatus === null ? words.noAnswer : words.answered(answerStatus)
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
