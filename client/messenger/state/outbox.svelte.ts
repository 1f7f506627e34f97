import { ApiError, newKey } from '../../sdk/http.ts'
import { sentenceOf } from '../../state/refusal.ts'
import type { Kept } from './kept.ts'

/** A message on its way. `conversationId` null: it begins one. */
export type Waiting = {
  key: string
  text: string
  conversationId: string | null
  /** The message that it became, once the server has said so. */
  sentAs: string | null
  /** Why the server does not take it, in a sentence. */
  problem: string | null
}

type Deliver = (waiting: Waiting) => Promise<{ conversationId: string; messageId: string | null }>

/** Codes that say: not now. Whatever else is refused is refused for good. */
const later = new Set(['offline', 'unavailable', 'overloaded', 'rate_limited', 'internal'])

/**
 * What the visitor wrote and the server has not confirmed: sent one after another, in order, each with its key, so that
 * one sent twice on a bad line is one message. It outlives the page.
 */
export class Outbox {
  waiting = $state.raw<Waiting[]>([])
  /** Whether sending failed for now, and is tried again. */
  stuck = $state(false)
  private readonly kept: Kept
  private readonly deliver: Deliver
  private sending = false
  private failures = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(kept: Kept, deliver: Deliver) {
    this.kept = kept
    this.deliver = deliver
    this.waiting = keptIn(kept).filter(({ sentAs }) => sentAs === null)
    addEventListener('online', () => void this.send())
  }

  add(text: string, conversationId: string | null): void {
    this.keep([...this.waiting, { key: newKey(), text, conversationId, sentAs: null, problem: null }])
    void this.send()
  }

  /** Takes out what has arrived as a message, so that it shows once. */
  arrived(messageIds: ReadonlySet<string>): void {
    const left = this.waiting.filter(({ sentAs }) => sentAs === null || !messageIds.has(sentAs))
    if (left.length < this.waiting.length) this.keep(left)
  }

  discard(key: string): void {
    this.keep(this.waiting.filter((one) => one.key !== key))
    void this.send()
  }

  async send(): Promise<void> {
    clearTimeout(this.timer)
    if (this.sending) return
    this.sending = true
    for (let next = this.next(); next; next = this.next()) {
      if (!(await this.sendOne(next))) break
    }
    this.sending = false
  }

  /** The first one that is not sent; behind one that was refused nothing goes, so that the order stays. */
  private next(): Waiting | undefined {
    const [first] = this.waiting.filter(({ sentAs }) => sentAs === null)
    return first?.problem === null ? first : undefined
  }

  private async sendOne(waiting: Waiting): Promise<boolean> {
    try {
      const { conversationId, messageId } = await this.deliver(waiting)
      this.stuck = false
      this.failures = 0
      this.keep(
        this.waiting
          .map((one) => (one.key === waiting.key ? { ...one, conversationId, sentAs: messageId } : one))
          // what was written behind the words that began it belongs to the same one
          .map((one) => (one.conversationId === null ? { ...one, conversationId } : one))
          .filter((one) => one.key !== waiting.key || messageId !== null),
      )
      return true
    } catch (error) {
      if (error instanceof ApiError && !later.has(error.code)) {
        this.keep(this.waiting.map((one) => (one.key === waiting.key ? { ...one, problem: sentenceOf(error) } : one)))
        return false
      }
      this.stuck = true
      this.failures += 1
      this.timer = setTimeout(() => void this.send(), Math.min(15_000, 500 * 2 ** this.failures))
      return false
    }
  }

  private keep(waiting: Waiting[]): void {
    this.waiting = waiting
    this.kept.write('outbox', JSON.stringify(waiting))
  }
}

function keptIn(kept: Kept): Waiting[] {
  try {
    return JSON.parse(kept.read('outbox') ?? '[]') as Waiting[]
  } catch {
    return []
  }
}
