import { webhookEvents } from '#shared/protocol/agents/webhooks.ts'
import { idOf, kindOf } from '#shared/protocol/streams.ts'
import type { Unit } from '../core/run-command.ts'

const told: ReadonlySet<string> = new Set(webhookEvents)

/** What else follows from events: whoever is outside is told, in the transaction in which it happens (C4). */
export function tellOutside(unit: Unit): void {
  queueDeliveries(unit)
  tellIntegrations(unit)
}

/** Queues what happened for whichever webhooks are switched on for it. */
function queueDeliveries({ tx, draft, at }: Unit): void {
  const entries = draft.entries.filter(({ stream, type }) => {
    // a conversation tells of its own beginning, too, which its agent's stream has told already
    return told.has(type) && (kindOf(stream) !== 'conversation' || type === 'message.created')
  })
  if (entries.length === 0) return
  const events = entries.map(({ stream, type, data }) => ({ stream, type, at, data }))
  draft.send(tx`select queue_deliveries(${tx.json(events as never)})`)
}

/** Whoever begins a conversation has the agent's scope. */
function tellIntegrations({ tx, draft }: Unit): void {
  for (const { stream, type, data } of draft.entries) {
    if (type !== 'conversation.created' || kindOf(stream) !== 'agent') continue
    const { conversation } = data as { conversation: { id: string } }
    draft.send(tx`
      select enqueue_job(
        'tell-integration',
        json_build_object(
          'workspaceId', i.workspace_id, 'agentId', i.agent_id, 'integrationId', i.id,
          'conversationId', ${conversation.id}::text, 'attempt', 1
        ),
        null, null
      )
      from agents a join integrations i on i.workspace_id = a.workspace_id and i.agent_id = a.id
      where a.id = ${idOf(stream)} and i.active`)
  }
}
