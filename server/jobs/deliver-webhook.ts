import { newId } from '../core/ids.ts'
import { runCommand, type Core } from '../core/run-command.ts'
import { writeWithin } from '../core/tenant.ts'
import { switchOffWebhook } from '../agents/commands/switch-off-webhook.ts'
import { attempt, secretsOf } from '../agents/webhooks/attempt.ts'
import { mostFailing, pauseAfter } from '../agents/webhooks/backoff.ts'
import { leaveEndpoint, nextTurn, settleTurn, takeEndpoint, type Run, type Settled, type Turn } from '../agents/webhooks/line.ts' // prettier-ignore
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { reasonOf, wasTaken, type Attempted } from '../outbound/post-json.ts'
import type { Outbound } from '../outbound/request.ts'
import { CannotOpen, type Seal } from '../secrets/seal.ts'
import type { Jobs } from './enqueue.ts'

type Parts = { core: Core; outbound: Outbound; seal: Seal; metrics: Metrics; log: Log }

/** Milliseconds after which an endpoint with much to deliver lets others have their turn. */
const mostForRun = 10_000
/** Seconds until a secret that could not be opened is tried again. */
const untilKeysAreRight = 60

/** Delivers what is due to one endpoint, one after another, until nothing is. */
export function deliverWebhook(parts: Parts) {
  return async (ids: Jobs['deliver-webhook'], ending: AbortSignal): Promise<void> => {
    const { sql } = parts.core
    const run = { ...ids, run: newId() }
    const scope = { workspace: ids.workspaceId, agent: ids.agentId }
    const deadline = performance.now() + mostForRun
    let pause: number | null = null
    let [, , [turn]] = await writeWithin(sql, scope, (tx) => [...takeEndpoint(tx, run), nextTurn(tx, run)] as const)
    while (turn && !ending.aborted && performance.now() < deadline) {
      const secrets = openedFor(parts, run, turn)
      if (!secrets) {
        pause = untilKeysAreRight
        break
      }
      const attempted = await timed(parts, () => attempt(parts.outbound, turn as Turn, { secrets, signal: ending }))
      // broken off by the end of the node: nobody knows what became of it, so it goes out again
      if (ending.aborted && attempted.status === null) break
      turn = await settle(parts, run, turn, attempted)
    }
    await writeWithin(sql, scope, (tx) => leaveEndpoint(tx, run, pause))
  }
}

function openedFor({ seal, log }: Parts, run: Run, turn: Turn): string[] | null {
  try {
    return secretsOf(seal, run, turn)
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error
    log.error({ webhookId: run.webhookId }, 'a webhook’s secret cannot be opened with SECRET_KEY; its deliveries wait')
    return null
  }
}

async function timed({ metrics }: Parts, work: () => Promise<Attempted>): Promise<Attempted> {
  const end = metrics.webhookDelivery.startTimer()
  const attempted = await work()
  end()
  const outcome = wasTaken(attempted) ? 'delivered' : attempted.status === null ? 'unanswered' : 'refused'
  metrics.webhookAttempts.inc({ outcome })
  return attempted
}

/** Writes down what became of it, and answers whose turn it is now. */
async function settle({ core }: Parts, run: Run, turn: Turn, attempted: Attempted): Promise<Turn | undefined> {
  const settled = settledBy(turn, attempted)
  const scope = { workspace: run.workspaceId, agent: run.agentId }
  const reason = reasonToSwitchOff(turn, settled)
  if (reason) {
    await runCommand(core, switchOffWebhook, { run, turn, settled, reason })
    const [[next]] = await writeWithin(core.sql, scope, (tx) => [nextTurn(tx, run)] as const)
    return next
  }
  const answers = await writeWithin(core.sql, scope, (tx) => [...settleTurn(tx, run, turn, settled), nextTurn(tx, run)])
  return (answers.at(-1) as Turn[])[0]
}

function settledBy(turn: Turn, attempted: Attempted): Settled {
  if (wasTaken(attempted)) return { as: 'delivered', status: attempted.status ?? 0 }
  // whoever presses the test button looks at the answer, and presses again
  const isLast = turn.test || attempted.status === 410
  return { as: 'failed', ...attempted, pause: isLast ? null : pauseAfter(turn.attempts + 1) }
}

function reasonToSwitchOff({ test, failingFor }: Turn, settled: Settled): string | null {
  if (test || settled.as !== 'failed' || settled.pause !== null) return null
  if (settled.status === 410) return 'It answered 410 Gone: there is nobody any more who wants to be told.'
  if (failingFor === null || failingFor < mostFailing) return null
  return `It has not taken anything for a day. The last attempt: ${reasonOf(settled)}`
}
