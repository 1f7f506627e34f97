import { ApiError } from '../sdk/http.ts'
import { sentenceOf } from './refusal.ts'

/** What is no part of a live state: read when it is shown, and again when something says that it has changed. */
export class Fetched<Value> {
  value = $state.raw<Value | null>(null)
  problem = $state<string | null>(null)
  private readonly read: () => Promise<Value>
  private asked = 0

  constructor(read: () => Promise<Value>) {
    this.read = read
  }

  /** Of two that are under way, the one that was asked for last counts. */
  async load(): Promise<void> {
    const asked = (this.asked += 1)
    try {
      const value = await this.read()
      if (asked === this.asked) this.put(value)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (asked === this.asked) this.problem = sentenceOf(error)
    }
  }

  /** The answer to a change of one's own. */
  put(value: Value): void {
    this.asked += 1
    this.value = value
    this.problem = null
  }
}
