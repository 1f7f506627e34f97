import { sentenceFor, type Happening } from './happenings.ts'

/** How long what happens is gathered before it is said, in milliseconds. */
const span = 1_500

/** What screen readers are told politely, without anything taking the focus, and without drowning whoever listens. */
export class Announcer {
  message = $state('')
  private readonly later: (act: () => void) => void
  private counts = new Map<Happening, number>()

  constructor(later: (act: () => void) => void) {
    this.later = later
  }

  /** At once. */
  say(text: string): void {
    this.message = text
  }

  /** Together with whatever else happens meanwhile, in one sentence. */
  gather(happening: Happening): void {
    if (this.counts.size === 0) this.later(() => this.tell())
    this.counts.set(happening, (this.counts.get(happening) ?? 0) + 1)
  }

  private tell(): void {
    const counts = this.counts
    this.counts = new Map()
    this.say(sentenceFor(counts))
  }
}

export const announcer = new Announcer((act) => void setTimeout(act, span))
