import type { Sql } from '../db/sql.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

/** One request that matters to security. Ids are UUIDs or null, `at` is an ISO time, `address` an IP address. */
export type AuditEntry = {
  at: string
  requestId: string
  method: string
  route: string
  status: number
  code: string | null
  userId: string | null
  tenantId: string | null
  targetId: string | null
  address: string | null
}

/** How long entries are gathered before they are written in one statement, in milliseconds. */
const gathering = 500
/** The most that wait to be written, and in one statement: a flood of refusals must not fill the memory or the disk. */
const mostWaiting = 2_000
const mostAtOnce = 500

/**
 * Writes down who did or tried what (migrations/0027), behind the answers, so that nobody waits for it. What changes
 * something is in the event log as well, in its own transaction; an entry that is lost here with its node is not lost there.
 */
export class AuditLog {
  private readonly parts: { sql: Sql; log: Log; metrics: Metrics }
  private waiting: AuditEntry[] = []
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(parts: { sql: Sql; log: Log; metrics: Metrics }) {
    this.parts = parts
  }

  add(entry: AuditEntry): void {
    if (this.waiting.length >= mostWaiting) return void this.parts.metrics.auditLost.inc()
    this.waiting.push(entry)
    this.timer ??= setTimeout(() => this.write(), gathering)
  }

  /** What waits is written before the database goes. */
  async close(): Promise<void> {
    this.write()
    await this.writing
  }

  private write(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const entries = this.waiting
    this.waiting = []
    for (let n = 0; n < entries.length; n += mostAtOnce) {
      const some = entries.slice(n, n + mostAtOnce)
      this.writing = this.writing.then(() => this.insert(some))
    }
  }

  private async insert(entries: AuditEntry[]): Promise<void> {
    const { sql, log, metrics } = this.parts
    try {
      await sql.run(
        (tx) => tx`
          insert into audit (at, request_id, method, route, status, code, user_id, tenant_id, target_id, address)
          select
            "at", "requestId", "method", "route", "status", "code", "userId", "tenantId", "targetId", "address"
          from jsonb_to_recordset(${tx.json(entries)}) as entry (
            "at" timestamptz, "requestId" uuid, "method" text, "route" text, "status" smallint, "code" text,
            "userId" uuid, "tenantId" uuid, "targetId" uuid, "address" inet
          )`,
      )
    } catch (error) {
      metrics.auditLost.inc(entries.length)
      log.warn({ err: error, lost: entries.length }, 'entries of the audit log could not be written')
    }
  }
}
