import { connect, type Socket } from 'node:net'
import postgres, { type ReservedSql, type TransactionSql } from 'postgres'

/** What statements are asked through; they are those of one connection. */
export type Tx = TransactionSql<{ bigint: number }>

/** The longest that things may take, in milliseconds. Statements and locks are the server's to end, the rest is ours. */
export const patience = { lock: 2_000, statement: 2_400, unit: 2_800, silence: 3_200 }

/** The connection is gone; what it was asked last may have been done. */
export class ConnectionLost extends Error {
  readonly code = 'CONNECTION_LOST'
  constructor() {
    super('The connection to the database was lost.')
  }
}

/** Stands in for a statement that is not sent. Never thrown, which would leave those without an ear that were asked in the same breath. */
export type RefusedStatement = Promise<never> & { execute: () => Promise<never> }

export function refused(error: Error): RefusedStatement {
  const refusal = Promise.reject(error)
  refusal.catch(() => undefined)
  return Object.defineProperty(refusal, 'execute', { value: () => refusal }) as RefusedStatement
}

const integer = { to: 20, from: [20], serialize: String, parse: Number }
// Times travel as ISO strings in milliseconds, the precision that the protocol has.
const time = {
  to: 1184,
  from: [1184],
  serialize: (value: string | Date) => (typeof value === 'string' ? value : value.toISOString()),
  parse: isoOf,
}
// In UTC (below) the server writes 2026-11-24 12:00:00.123456+00, with as many decimals as there are. What a roster is
// made of, so it is cut rather than parsed.
function isoOf(text: string): string {
  const clock = text.slice(11, -3)
  return `${text.slice(0, 10)}T${clock.length === 8 ? `${clock}.000` : clock.padEnd(12, '0').slice(0, 12)}Z`
}

type Options = {
  name: string
  factor: number
  /** Works as the address's own user, who owns the tables, and not as the unprivileged role. */
  asOwner: boolean
  /** Which of several hosts it tries first. */
  turn: number
  /** Hears that it has ended. */
  onEnd: () => void
}

/**
 * One connection to PostgreSQL: a client of postgres.js that has one, opened once and reserved from then on. Its own pool
 * is not used, since who waits there for a connection while another one fails is forgotten, and what is asked of a
 * reserved one that has closed is written to nobody (porsager/postgres #1195, #1186, #1208).
 */
export class Connection {
  private refusal: RefusedStatement | null = null
  private sql: ReservedSql<{ bigint: number }> | null = null
  private socket: Socket | null = null
  private tried = 0
  private readonly openedAt = performance.now()
  /** Rejects what is under way. */
  private fail: (error: ConnectionLost) => void = () => undefined
  private heard = { bytes: 0, at: this.openedAt }
  private readonly client: postgres.Sql<{ bigint: number }>
  private readonly options: Options

  constructor(url: string, options: Options) {
    this.options = options
    const { name, factor, asOwner } = options
    this.client = postgres(url, {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 2 * factor,
      socket: (target: Target) => this.openSocket(target),
      onclose: () => this.lose(),
      onnotice: () => undefined,
      transform: { column: { from: postgres.toCamel } },
      types: { bigint: integer, time },
      connection: {
        application_name: name,
        ...(!asOwner && { role: 'rollcall_app' }),
        TimeZone: 'UTC',
        // every statement is found by its keys, so one plan is as good as the next, and planning costs about as much as running
        plan_cache_mode: 'force_generic_plan',
        statement_timeout: patience.statement * factor,
        lock_timeout: patience.lock * factor,
        idle_in_transaction_session_timeout: patience.unit * factor,
      },
    } as postgres.Options<{ bigint: typeof integer }>)
  }

  /** Once. Rejects with what PostgreSQL said, an error of the network, CONNECT_TIMEOUT, or `ConnectionLost`. */
  async open(): Promise<void> {
    // postgres.js keeps the time until the server has greeted, not behind that
    const late = setTimeout(() => this.destroy(), patience.silence * this.options.factor)
    try {
      const sql = await this.during(() => this.client.reserve())
      // The other timeouts leave out a client that is silent between a statement's description and its execution, which
      // keeps its locks. PostgreSQL 17 and later know this one.
      const longest = String(patience.silence * this.options.factor)
      await this.during(() => sql`update pg_settings set setting = ${longest} where name = 'transaction_timeout'`)
      this.sql = sql
    } catch (error) {
      this.destroy()
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  get lost(): boolean {
    return this.refusal !== null
  }

  /** In milliseconds. */
  get age(): number {
    return performance.now() - this.openedAt
  }

  /** Rejects as soon as it is lost, whatever becomes of the statements that `work` waits for. */
  private during<R>(work: () => PromiseLike<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      this.fail = reject
      const working = this.refusal ?? work()
      working.then(resolve, reject)
    })
  }

  /** What `work` asks through it is refused where `refusal` says so, and behind its end. */
  use<R>(refusal: () => RefusedStatement | null, work: (tx: Tx) => PromiseLike<R>): Promise<R> {
    const tx = new Proxy(this.sql as ReservedSql, {
      apply: (target, self, words) => refusal() ?? this.refusal ?? (Reflect.apply(target, self, words) as unknown),
    })
    return this.during(() => work(tx as unknown as Tx))
  }

  /** Whatever was begun and not committed is undone. */
  async rollBack(): Promise<void> {
    const { sql } = this
    if (sql && !this.lost) await this.during(() => sql`rollback`).catch(() => undefined)
  }

  /** Notes what was read since the last look, and tells for how many milliseconds nothing was. */
  silentFor(): number {
    const now = performance.now()
    const bytes = this.socket?.bytesRead ?? 0
    if (bytes !== this.heard.bytes) this.heard = { bytes, at: now }
    return now - this.heard.at
  }

  /** Ends it in good order. Nothing is under way. */
  async close(): Promise<void> {
    await this.client.end({ timeout: 0 })
    this.destroy()
  }

  /** Ends it now. */
  destroy(): void {
    this.lose()
    this.socket?.destroy()
  }

  private lose(): void {
    if (this.lost) return
    const error = new ConnectionLost()
    this.refusal = refused(error)
    this.fail(error)
    this.options.onEnd()
  }

  /** For postgres.js, which must get it before it is connected: it listens for its failure. Never opened anew. */
  private openSocket({ host, port, path }: Target): Socket {
    if (this.tried === host.length) this.lose()
    if (this.lost) throw new ConnectionLost()
    const nth = (this.options.turn + this.tried++) % host.length
    this.socket = typeof path === 'string' && path ? connect(path) : connect(port[nth] ?? 5432, host[nth])
    return this.socket
  }
}

type Target = { host: string[]; port: number[]; path?: string | boolean }
