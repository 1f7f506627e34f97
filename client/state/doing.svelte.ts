import { SvelteSet } from 'svelte/reactivity'
import { ApiError } from '../sdk/http.ts'
import { sentenceOf } from './refusal.ts'
import { tell } from './tell-news.ts'

/** A question before what cannot be undone. `act` may throw an `ApiError`; then the question stays open with it. */
export type Question = { title: string; text: string; action: string; back?: string; act: () => Promise<unknown> }

/** What is done with the entries of a list: which are under way, and what is asked first. */
export class Doing {
  readonly pending = new SvelteSet<string>()
  question = $state.raw<Question | null>(null)

  /** One thing at a time with each entry. Answers whether it worked; a refusal shows in the corner of the page. */
  async run(id: string, command: () => Promise<unknown>): Promise<boolean> {
    if (this.pending.has(id)) return false
    this.pending.add(id)
    try {
      await command()
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      tell({ text: sentenceOf(error), tone: 'warning' })
      return false
    } finally {
      this.pending.delete(id)
    }
  }
}
