import { createServer } from 'node:http'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Log } from './log.ts'

/** Seconds: from what nobody notices to what wakes somebody up. */
const buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export type Metrics = ReturnType<typeof createMetrics>

/** What this node tells its operator: docs/operations.md says what each means and which of them page. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const histogram = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Histogram({ name, help, buckets, labelNames, registers })
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name, help, labelNames, registers })
  return {
    registry,
    relayLag: histogram('rollcall_relay_lag_seconds', 'From an event’s time to its delivery on this node', ['via']),
    gapReads: counter('rollcall_gap_reads_total', 'Reads of the log because a hint was missing'),
    sweep: histogram('rollcall_sweep_duration_seconds', 'One look at the sessions of all sockets'),
    sweptSessions: counter('rollcall_sweep_ended_total', 'Ended sessions that only the sweep noticed'),
    revocation: histogram('rollcall_revocation_latency_seconds', 'From an event that takes a right to the eviction'),
    handshakesCapped: counter('rollcall_handshakes_capped_total', 'Connections refused: too many already', ['cap']),
    socketAnswers: counter('rollcall_socket_answers_total', 'Answered messages of sockets', ['code']),
    unknownMessages: counter('rollcall_unknown_messages_total', 'Messages of sockets whose name means nothing'),
    presenceFailures: counter('rollcall_presence_failures_total', 'Times that who is here could not be told'),
    slowClients: counter('rollcall_slow_clients_cut_total', 'Connections cut because they did not read'),
    poolWait: histogram('rollcall_pool_wait_seconds', 'Waiting for a database connection'),
    poolLate: counter('rollcall_pool_late_total', 'Work on the database given up at its deadline'),
    poolShed: counter('rollcall_pool_shed_total', 'Work on the database refused because too much waited'),
    jobsDone: counter('rollcall_jobs_done_total', 'Jobs that were done', ['task']),
    jobsFailed: counter('rollcall_jobs_failed_total', 'Jobs that failed and will be tried again', ['task']),
    webhookAttempts: counter('rollcall_webhook_attempts_total', 'Attempts to deliver to a webhook', ['outcome']),
    webhookDelivery: histogram('rollcall_webhook_delivery_seconds', 'One attempt to deliver to a webhook'),
    modelAnswers: counter('rollcall_model_answers_total', 'Questions to a model, by what became of them', ['outcome']),
    modelAnswer: histogram('rollcall_model_answer_seconds', 'One question to a model'),
    stripeCall: histogram('rollcall_stripe_call_seconds', 'One question to Stripe, asked again where that may help'),
    stripeFailures: counter('rollcall_stripe_failures_total', 'Questions to Stripe that failed', ['reason']),
    billingCorrected: counter('rollcall_billing_corrected_total', 'Accounts that a nightly look found to differ'),
    answers: counter('rollcall_http_answers_total', 'Answered requests', ['status', 'code']),
    requests: histogram('rollcall_http_duration_seconds', 'From a request’s head to its answer', ['status']),
    auditLost: counter('rollcall_audit_lost_total', 'Entries of the audit log that were not written'),
    limiterFallbacks: counter('rollcall_limiter_fallbacks_total', 'Limits that this node counted alone'),
    /** What is read when somebody asks; null is no value. */
    gauge(name: string, help: string, read: () => number | null | Promise<number | null>): void {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          const value = await read()
          if (value === null) this.remove()
          else this.set(value)
        },
      })
    },
  }
}

/** Prometheus’ text on a port of its own, which need not be public. Without a port nobody can ask. */
export async function serveMetrics(port: number | undefined, { registry }: Metrics, log: Log) {
  if (port === undefined) return async () => undefined
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`The setting METRICS_PORT is wrong: ${port} is in use.`) : error)
    })
    server.listen(port, () => resolve())
  })
  log.info({ port }, 'metrics are served')
  return () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
}
