import { AsyncLocalStorage } from 'node:async_hooks'
import { connect, type Socket } from 'node:net'
import { currentAllowance, type Allowance } from '../core/allowance.ts'

/** The longest that things may take, in milliseconds. Statements and locks are the server's to end, the rest is ours. */
export const patience = { lock: 2_000, statement: 2_400, unit: 2_800, silence: 3_200 }
/** Units that wait for a connection beyond this number are refused at once. */
const mostWaiting = 200
const lookEvery = 500

/** Work on the database that was not done: too much waits already, or it took too long. Its `code` says which. */
export class DatabaseLate extends Error {
  readonly code: 'POOL_SHED' | 'UNIT_LATE'
  constructor(code: DatabaseLate['code']) {
    super(code === 'POOL_SHED' ? 'Too much waits for the database.' : 'The database did not answer in time.')
    this.code = code
  }
}

type RefusedStatement = Promise<never> & { execute: () => Promise<never> }

/** One piece of work on the database, from asking for a connection on. */
export class Unit {
  /**
   * What every statement from now on is in place of itself: nothing more is begun for a caller who was told that it was
   * not done. Never thrown at once, which would leave those without an ear that were asked in the same breath.
   */
  refusal: RefusedStatement | null = null
  private readonly started = performance.now()
  private readonly waited: (seconds: number) => void

  constructor(waited: (seconds: number) => void) {
    this.waited = waited
  }

  /** A connection was had. */
  served(): void {
    this.waited((performance.now() - this.started) / 1000)
  }

  giveUp(): void {
    const refused = Promise.reject(new DatabaseLate('UNIT_LATE'))
    refused.catch(() => undefined)
    this.refusal = Object.defineProperty(refused, 'execute', { value: () => refused }) as RefusedStatement
  }
}

export type Watcher = { waited: (seconds: number) => void; late: () => void; shed: () => void }

type Limits = { connections: number; factor: number; strict: boolean; watcher: Watcher | undefined }

/**
 * Gives every unit of work on a pool its deadline, refuses what would only wait, and ends connections that died without
 * a word. postgres.js knows none of these: a query into a black hole stays pending for ever, and so does its connection.
 */
export class Guard {
  private readonly limits: Limits
  private readonly sockets = new Map<Socket, { read: number; at: number }>()
  private readonly units = new AsyncLocalStorage<true>()
  private underWay = 0
  private overdue = 0
  private looking: NodeJS.Timeout | null = null
  private turn = 0

  constructor(limits: Limits) {
    this.limits = limits
  }

  /** Units that hold a connection or wait for one, also those whose caller was answered already. */
  get busy(): number {
    return this.underWay
  }

  /** Throws `DatabaseLate`. What is late is given up: its caller is answered, its connection ends as soon as it is silent. */
  async run<R>(work: (unit: Unit) => PromiseLike<R>): Promise<R> {
    const allowance = currentAllowance()
    if (!allowance) return this.start(work)
    return allowance.during(() => this.start(work, allowance))
  }

  private async start<R>(work: (unit: Unit) => PromiseLike<R>, allowance?: Allowance): Promise<R> {
    const { connections, factor, strict, watcher } = this.limits
    if (this.underWay >= connections + mostWaiting * factor) {
      watcher?.shed()
      throw new DatabaseLate('POOL_SHED')
    }
    if (strict && this.units.getStore()) throw new Error('The pool was asked for a connection within a transaction.')
    const longest = patience.unit * factor
    const time = allowance?.leftOf(longest) ?? longest
    if (time === 0) {
      watcher?.late()
      throw new DatabaseLate('UNIT_LATE')
    }
    const unit = new Unit((seconds) => watcher?.waited(seconds))
    this.underWay += 1
    // in a promise of its own: it may still be under way when its caller has been answered
    const working = (async () => (strict ? this.units.run(true, () => work(unit)) : work(unit)))()
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => setImmediate(giveUp), time)
      const giveUp = (): void => {
        // a process that was stopped meanwhile reads the answers that wait for it before it judges
        if (settled) return
        unit.giveUp()
        this.overdue += 1
        watcher?.late()
        reject(new DatabaseLate('UNIT_LATE'))
      }
      let settled = false
      const settle = (): void => {
        settled = true
        clearTimeout(deadline)
        this.underWay -= 1
        if (unit.refusal) this.overdue -= 1
      }
      working.then(
        (result) => (settle(), resolve(result)),
        (error: unknown) => (settle(), reject(error as Error)),
      )
    })
  }

  /** Opens a connection for postgres.js, which must get it before it is connected: it listens for its failure. */
  open({ host, port, path }: { host: string[]; port: number[]; path?: string | boolean }): Socket {
    const nth = this.turn++ % host.length
    const socket = typeof path === 'string' && path ? connect(path) : connect(port[nth] ?? 5432, host[nth])
    this.sockets.set(socket, { read: 0, at: performance.now() })
    this.looking ??= setInterval(() => this.look(), lookEvery).unref()
    socket.once('close', () => {
      this.sockets.delete(socket)
      if (this.sockets.size > 0 || !this.looking) return
      clearInterval(this.looking)
      this.looking = null
    })
    return socket
  }

  /** While something is overdue: whoever has been silent for longer than any statement may take is dead. */
  private look(): void {
    const now = performance.now()
    for (const [socket, heard] of this.sockets) {
      if (socket.bytesRead !== heard.read) {
        heard.read = socket.bytesRead
        heard.at = now
      } else if (this.overdue > 0 && now - heard.at > patience.silence * this.limits.factor) socket.destroy()
    }
  }
}
