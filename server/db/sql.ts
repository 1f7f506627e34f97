import { AsyncLocalStorage } from 'node:async_hooks'
import { Pool } from 'tarn'
import { currentAllowance, type Allowance } from '../core/allowance.ts'
import { Connection, ConnectionLost, patience, refused, type RefusedStatement, type Tx } from './connection.ts'

/** Units that wait for a connection beyond this number are refused at once. */
const mostWaiting = 200
/** In milliseconds: how often connections are looked at, how long one is kept that nobody needs, and the oldest age. */
const keeping = { lookEvery: 500, unused: 300_000, oldest: 45 * 60_000 }

/** Work on the database that was not done: too much waits already, or it took too long. Its `code` says which. */
export class DatabaseLate extends Error {
  readonly code: 'POOL_SHED' | 'UNIT_LATE'
  constructor(code: DatabaseLate['code']) {
    super(code === 'POOL_SHED' ? 'Too much waits for the database.' : 'The database did not answer in time.')
    this.code = code
  }
}

export type Watcher = { waited: (seconds: number) => void; late: () => void; shed: () => void }

type Options = {
  /** Connections. */
  max?: number
  name?: string
  /** Widens every deadline, for tests on a busy machine. */
  patienceFactor?: number
  /** Throws where somebody asks for a second connection while holding one: a pool full of those never ends. */
  strict?: boolean
  watcher?: Watcher
  /** Works as the address's own user, who owns the tables, and not as the unprivileged role. */
  asOwner?: boolean
  /** Keeps its connections for ever: they hold locks that end with them. `lost` hears when one has ended. */
  lost?: () => void
}

/**
 * A pool of connections to PostgreSQL. Every unit of work on it has a deadline, and ends; what would only wait is refused;
 * connections that died without a word are ended.
 */
export class Sql {
  private readonly options: Options
  private readonly factor: number
  private readonly max: number
  private readonly pool: Pool<Connection>
  private readonly connections = new Set<Connection>()
  private readonly units = new AsyncLocalStorage<true>()
  private underWay = 0
  private overdue = 0
  private looking: NodeJS.Timeout | null = null
  private ended = false
  private turn = 0

  constructor(url: string, options: Options = {}) {
    const { max = 20, patienceFactor = 1, lost } = options
    this.options = options
    this.factor = patienceFactor
    this.max = max
    // longer than any unit waits: the deadlines are kept here
    const never = 10 * patience.unit * patienceFactor
    this.pool = new Pool<Connection>({
      create: () => this.open(url),
      validate: (connection) => !connection.lost && (Boolean(lost) || connection.age < keeping.oldest),
      destroy: (connection) => connection.close(),
      min: lost ? 1 : 0,
      max,
      idleTimeoutMillis: keeping.unused,
      acquireTimeoutMillis: never,
      createTimeoutMillis: never,
      propagateCreateError: true,
    })
  }

  /** Units that hold a connection or wait for one, also those whose caller was answered already. */
  get busy(): number {
    return this.underWay
  }

  /**
   * Runs `work` on a connection of its own; whatever it began and did not commit is rolled back. Throws `DatabaseLate`
   * where that takes too long: then nothing more is begun, but what was sent last may have been done. Throws
   * `ConnectionLost`, or an error of the network or of PostgreSQL.
   */
  async run<R>(work: (tx: Tx) => PromiseLike<R>): Promise<R> {
    const allowance = currentAllowance()
    if (!allowance) return this.start(work)
    return allowance.during(() => this.start(work, allowance))
  }

  private async start<R>(work: (tx: Tx) => PromiseLike<R>, allowance?: Allowance): Promise<R> {
    const { strict, watcher } = this.options
    if (this.ended) throw new ConnectionLost()
    if (this.underWay >= this.max + mostWaiting * this.factor) {
      watcher?.shed()
      throw new DatabaseLate('POOL_SHED')
    }
    if (strict && this.units.getStore()) throw new Error('The pool was asked for a connection within a transaction.')
    const longest = patience.unit * this.factor
    const time = allowance?.leftOf(longest) ?? longest
    if (time === 0) {
      watcher?.late()
      throw new DatabaseLate('UNIT_LATE')
    }
    const unit = new Unit(this.pool.acquire())
    this.underWay += 1
    // in a promise of its own: it may still be under way when its caller has been answered
    const working = strict ? this.units.run(true, () => this.work(unit, work)) : this.work(unit, work)
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => setImmediate(giveUp), time)
      let isOverdue = false
      let settled = false
      const giveUp = (): void => {
        // a process that was stopped meanwhile reads the answers that wait for it before it judges
        if (settled) return
        isOverdue = true
        this.overdue += 1
        watcher?.late()
        const error = new DatabaseLate('UNIT_LATE')
        reject(error)
        unit.end(refused(error))
        unit.acquiring.abort()
      }
      const settle = (): void => {
        settled = true
        clearTimeout(deadline)
        this.underWay -= 1
        if (isOverdue) this.overdue -= 1
      }
      working.then(
        (result) => (settle(), resolve(result)),
        (error: unknown) => (settle(), reject(error as Error)),
      )
    })
  }

  private async work<R>(unit: Unit, work: (tx: Tx) => PromiseLike<R>): Promise<R> {
    const asked = performance.now()
    const connection = await unit.acquiring.promise
    this.options.watcher?.waited((performance.now() - asked) / 1000)
    try {
      return await connection.use(() => unit.refusal, work)
    } catch (error) {
      await connection.rollBack()
      throw error
    } finally {
      unit.end(over)
      this.pool.release(connection)
    }
  }

  /** Waits for what is under way, for so many seconds. */
  async end({ timeout }: { timeout?: number } = {}): Promise<void> {
    this.ended = true
    const emptied = this.pool.destroy()
    if (timeout !== undefined) {
      const late = new Promise((resolve) => setTimeout(resolve, timeout * 1000).unref())
      await Promise.race([emptied, late])
      for (const connection of [...this.connections]) connection.destroy()
    }
    await emptied
  }

  private async open(url: string): Promise<Connection> {
    const { name = 'rollcall', asOwner = false, lost } = this.options
    let isOpen = false
    const onEnd = (): void => {
      this.connections.delete(connection)
      if (this.connections.size === 0 && this.looking) {
        clearInterval(this.looking)
        this.looking = null
      }
      if (isOpen) lost?.()
    }
    const connection = new Connection(url, { name, factor: this.factor, asOwner, turn: this.turn++, onEnd })
    this.connections.add(connection)
    this.looking ??= setInterval(() => this.look(), keeping.lookEvery).unref()
    await connection.open()
    isOpen = true
    return connection
  }

  /** While something is overdue: whoever has been silent for longer than any statement may take is dead. */
  private look(): void {
    for (const connection of this.connections) {
      if (connection.silentFor() > patience.silence * this.factor && this.overdue > 0) connection.destroy()
    }
  }
}

/** What is asked through a connection that was given back: the same for everybody, a stack tells nothing there. */
const over = refused(new Error('The transaction is over.'))

/** One piece of work on the database, from asking for a connection on. */
class Unit {
  /** What every further statement is in place of itself: nothing more is begun for a caller who was told that it was not done. */
  refusal: RefusedStatement | null = null
  readonly acquiring: ReturnType<Pool<Connection>['acquire']>

  constructor(acquiring: Unit['acquiring']) {
    this.acquiring = acquiring
  }

  end(refusal: RefusedStatement): void {
    this.refusal ??= refusal
  }
}

/** Refuses to work as a role that row-level security does not bind. */
export async function requireUnprivileged(sql: Sql): Promise<void> {
  const [role] = await sql.run(
    (tx) => tx<{ name: string; privileged: boolean }[]>`
      select current_user as name, rolsuper or rolbypassrls as privileged
      from pg_roles
      where rolname = current_user`,
  )
  if (role?.name !== 'rollcall_app' || role.privileged) {
    throw new Error('The database role rollcall_app must be neither superuser nor exempt from row-level security.')
  }
}
