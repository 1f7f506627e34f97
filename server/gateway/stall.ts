import type { Log } from '../log.ts'

/** How long the process may have stood still before what it knows of sessions is doubted, in milliseconds. */
const mostStill = 2_000
const beat = 250
const pause = 500

/**
 * Notices that this process stood still: paused with its machine, or busy. What arrived meanwhile waits in the order of
 * its connections, not of its commits, so somebody who was signed out could get what came after. Nothing goes out until
 * `verify` has looked at everybody again; while that fails, nothing goes out at all.
 */
export class Stall {
  private readonly verify: () => Promise<unknown>
  private readonly log: Log
  private last = performance.now()
  private verifying: Promise<void> | null = null
  private stopped = false
  private readonly timer: NodeJS.Timeout

  constructor(verify: () => Promise<unknown>, log: Log) {
    this.verify = verify
    this.log = log
    this.timer = setInterval(() => {
      this.holds()
      this.last = performance.now()
    }, beat).unref()
  }

  /** Whether nothing may be sent now. */
  holds(): boolean {
    const still = performance.now() - this.last
    if (still > mostStill && !this.stopped) {
      // the clock starts anew, so that one stall is one look
      this.last = performance.now()
      this.log.warn({ milliseconds: Math.round(still) }, 'this process stood still: sockets are verified again')
      // one that is under way may have looked before
      this.verifying = (this.verifying ?? Promise.resolve()).then(() => this.look())
      const mine = this.verifying
      void mine.then(() => {
        if (this.verifying === mine) this.verifying = null
      })
    }
    return this.verifying !== null
  }

  /** Resolves as soon as something may be sent. */
  async passed(): Promise<void> {
    while (this.holds()) await this.verifying
  }

  stop(): void {
    this.stopped = true
    clearInterval(this.timer)
  }

  private async look(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.verify()
        return
      } catch (error) {
        this.log.warn({ err: error }, 'sockets could not be verified: they get nothing')
        await new Promise((resolve) => setTimeout(resolve, pause).unref())
      }
    }
  }
}
