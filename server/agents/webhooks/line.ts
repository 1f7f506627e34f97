import type { Tx } from '../../core/tenant.ts'
import type { InWebhookIds } from '../webhook-rows.ts'

/** One who delivers to an endpoint, alone: `run` is of their own. */
export type Run = InWebhookIds & { run: string }

/** A delivery whose turn it is, and the endpoint as it is now. */
export type Turn = {
  id: string
  place: number
  payload: string
  test: boolean
  attempts: number
  /** By the database's clock, in seconds since the epoch. */
  timestamp: number
  url: string
  sealedSecret: string
  formerSealedSecret: string | null
  /** How long it has taken nothing, in seconds; null: it takes what it is sent. */
  failingFor: number | null
}

/** What becomes of a delivery. `pause`: seconds until it is tried again; null: it is given up. */
export type Settled =
  | { as: 'delivered'; status: number }
  | { as: 'failed'; status: number | null; problem: string | null; pause: number | null }

/** Seconds that one has the endpoint to oneself; longer than a run and its last attempt take. */
const lease = 30

/** Takes the endpoint, unless somebody else delivers to it just now: then whoever comes after them is woken. */
export function takeEndpoint(tx: Tx, { workspaceId, agentId, webhookId, run }: Run) {
  return [
    tx`
      update webhooks
      set delivering = ${run}, delivering_until = clock_timestamp() + make_interval(secs => ${lease}), held_until = null
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId}
        and (delivering is null or delivering_until < clock_timestamp())`,
    tx`
      select wake_webhook(workspace_id, agent_id, id, delivering_until)
      from (
        select workspace_id, agent_id, id, delivering_until
        from webhooks
        where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId} and delivering <> ${run}
        for no key update
      ) as busy`,
  ] as const
}

/**
 * The first one that is due. One that has failed once or twice holds up those behind it; after its third attempt they go
 * on without it. Nothing where the endpoint is no longer ours, or is switched off: then tests alone go out.
 */
export function nextTurn(tx: Tx, { workspaceId, agentId, webhookId, run }: Run) {
  return tx<Turn[]>`
    select
      d.id, d.place, d.payload, d.test, d.attempts, w.url, w.sealed_secret,
      case when w.former_secret_until > clock_timestamp() then w.former_sealed_secret end as former_sealed_secret,
      floor(extract(epoch from clock_timestamp()))::float8 as timestamp,
      extract(epoch from clock_timestamp() - w.failing_since)::float8 as failing_for
    from webhooks w
      join webhook_deliveries d
        on d.workspace_id = w.workspace_id and d.agent_id = w.agent_id and d.webhook_id = w.id
    where w.workspace_id = ${workspaceId} and w.agent_id = ${agentId} and w.id = ${webhookId}
      and w.delivering = ${run} and w.delivering_until > clock_timestamp()
      and d.status = 'pending' and d.next_attempt_at <= clock_timestamp()
      and (w.active or d.place < 0)
      and d.place <= ${placeOfHolder(tx, { workspaceId, agentId, webhookId })}
    order by d.place
    limit 1`
}

/**
 * Writes down an attempt. Of an endpoint that somebody else delivers to by now nothing is known any more. By its place it
 * is found at once, however many wait.
 */
export function settleTurn(tx: Tx, { workspaceId, agentId, webhookId, run }: Run, turn: Turn, settled: Settled) {
  const failed = settled.as === 'failed'
  const status = !failed ? 'delivered' : settled.pause === null ? 'failed' : 'pending'
  return [
    ...healthOf(tx, { workspaceId, agentId, webhookId, run }, turn, failed),
    tx`
      update webhook_deliveries
      set
        status = ${status}, attempts = attempts + 1, last_attempt_at = clock_timestamp(),
        next_attempt_at = clock_timestamp() + make_interval(secs => ${failed ? settled.pause : null}::float8),
        answer_status = ${settled.status}, answer_problem = ${failed ? settled.problem : null}
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and webhook_id = ${webhookId} and id = ${turn.id}
        and place = ${turn.place} and status = 'pending'
        and exists (
          select from webhooks
          where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId} and delivering = ${run}
        )`,
  ] as const
}

/** Since when it has taken nothing, where that changes. Tests tell nothing of it. The endpoint is locked first, always. */
function healthOf(tx: Tx, ids: Run, { test, failingFor }: Turn, failed: boolean) {
  if (test || failed === (failingFor !== null)) return []
  return [
    tx`
      update webhooks
      set failing_since = ${failed ? tx`coalesce(failing_since, clock_timestamp())` : null}
      where workspace_id = ${ids.workspaceId} and agent_id = ${ids.agentId} and id = ${ids.webhookId}
        and delivering = ${ids.run}`,
  ]
}

/**
 * Lets go of the endpoint, and has its job woken when the next one is due. It is locked first: whoever queues something
 * meanwhile either finds it free or is found. `pause`: nothing can be delivered now, so all wait for so many seconds.
 */
export function leaveEndpoint(tx: Tx, { workspaceId, agentId, webhookId, run }: Run, pause: number | null) {
  const ids = { workspaceId, agentId, webhookId }
  const paused = tx`clock_timestamp() + make_interval(secs => ${pause}::float8)`
  return [
    tx`
      select id from webhooks
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId} and delivering = ${run}
      for no key update`,
    tx`
      update webhooks
      set delivering = null, delivering_until = null, held_until = coalesce(${paused}, ${momentOfHolder(tx, ids)})
      where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId} and delivering = ${run}`,
    tx`
      select wake_webhook(w.workspace_id, w.agent_id, w.id, coalesce(${paused}, min(d.next_attempt_at)))
      from webhooks w
        join webhook_deliveries d
          on d.workspace_id = w.workspace_id and d.agent_id = w.agent_id and d.webhook_id = w.id
      where w.workspace_id = ${workspaceId} and w.agent_id = ${agentId} and w.id = ${webhookId}
        and d.status = 'pending' and (w.active or d.place < 0) and d.place <= ${placeOfHolder(tx, ids)}
      group by w.workspace_id, w.agent_id, w.id`,
  ] as const
}

/** Wakes an endpoint's job for what was just queued; the row is locked. Whoever delivers just now finds it anyway. */
export function wakeEndpoint(tx: Tx, { workspaceId, agentId, webhookId }: InWebhookIds) {
  return tx`
    select wake_webhook(workspace_id, agent_id, id, greatest(clock_timestamp(), delivering_until))
    from webhooks
    where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId}`
}

/** The condition is that of the index deliveries_holding. */
const holding = (tx: Tx, { workspaceId, agentId, webhookId }: InWebhookIds) => tx`
  from webhook_deliveries h
  where h.workspace_id = ${workspaceId} and h.agent_id = ${agentId} and h.webhook_id = ${webhookId}
    and h.status = 'pending' and h.attempts between 1 and 2 and h.place > 0`

function placeOfHolder(tx: Tx, ids: InWebhookIds) {
  return tx`coalesce((select min(h.place) ${holding(tx, ids)}), 9223372036854775807)`
}

function momentOfHolder(tx: Tx, ids: InWebhookIds) {
  return tx`(select h.next_attempt_at ${holding(tx, ids)} order by h.place limit 1)`
}

/** Behind everything that waits; of a test, in front of it. The endpoint is locked. */
export async function newPlace(tx: Tx, { workspaceId, agentId, webhookId }: InWebhookIds, test: boolean) {
  const [taken] = test
    ? await tx<{ place: number }[]>`
        select least(min(place), 0) - 1 as place
        from webhook_deliveries
        where workspace_id = ${workspaceId} and agent_id = ${agentId} and webhook_id = ${webhookId} and place < 0`
    : await tx<{ place: number }[]>`
        update webhooks set last_place = last_place + 1
        where workspace_id = ${workspaceId} and agent_id = ${agentId} and id = ${webhookId}
        returning last_place as place`
  if (!taken) throw new Error('An endpoint that was just locked is missing.')
  return taken.place
}
