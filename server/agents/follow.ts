import { webhookEvents } from '#shared/protocol/agents/webhooks.ts'
import { kindOf } from '#shared/protocol/streams.ts'
import type { Unit } from '../core/run-command.ts'

const told: ReadonlySet<string> = new Set(webhookEvents)

/** Queues what happened for whichever webhooks are switched on for it, in the transaction in which it happens (C4). */
export function queueDeliveries({ tx, draft, at }: Unit): void {
  const entries = draft.entries.filter(({ stream, type }) => {
    // a conversation tells of its own beginning, too, which its agent's stream has told already
    return told.has(type) && (kindOf(stream) !== 'conversation' || type === 'message.created')
  })
  if (entries.length === 0) return
  const events = entries.map(({ stream, type, data }) => ({ stream, type, at, data }))
  draft.send(tx`select queue_deliveries(${tx.json(events as never)})`)
}
