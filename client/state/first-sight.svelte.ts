import { oncePainted } from './after-paint.svelte.ts'

/** How long what stands around a page waits for what it was opened for, in milliseconds. */
const patience = 2_000

/** What the page was opened for comes first. What stands around it is loaded once that was painted, or takes too long. */
class FirstSight {
  over = $state(false)

  /** Answers how to stop. */
  begin(): () => void {
    const timer = setTimeout(() => this.end(), patience)
    return () => clearTimeout(timer)
  }

  /** What was waited for is in the page, and is painted next. Answers how to take that back. */
  comes(): () => void {
    return oncePainted(() => this.end())
  }

  private end(): void {
    this.over = true
  }
}

export const firstSight = new FirstSight()
