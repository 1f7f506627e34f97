import { tick } from 'svelte'
import type { z } from 'zod'
import { ApiError } from '../sdk/http.ts'
import { fieldSentence, sentenceOf } from './refusal.ts'

/** One form on its way: whether it is being sent, what is wrong with which field, and what is wrong altogether. */
export class Form {
  pending = $state(false)
  problem = $state<string | null>(null)
  errors = $state.raw<Readonly<Record<string, string>>>({})

  /** What the schema makes of the input; null where it refuses, with the errors beside their fields. */
  check<Schema extends z.ZodType>(schema: Schema, input: z.input<Schema>): z.output<Schema> | null {
    this.clear()
    const parsed = schema.safeParse(input)
    if (parsed.success) return parsed.data
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
    this.refuse(issues, null)
    return null
  }

  /** Runs `action` once at a time. Answers whether it worked; a refusal shows in the form. */
  async send(action: () => Promise<unknown>): Promise<boolean> {
    if (this.pending) return false
    this.clear()
    this.pending = true
    try {
      await action()
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.refuse(error.errors, sentenceOf(error))
      return false
    } finally {
      this.pending = false
    }
  }

  clear(): void {
    this.problem = null
    this.errors = {}
  }

  private refuse(errors: readonly { path: string; message: string }[], problem: string | null): void {
    this.errors = Object.fromEntries(errors.toReversed().map(({ path, message }) => [path, fieldSentence(message)]))
    if (errors.length === 0) this.problem = problem
    else void tick().then(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
}
