import type { HistoryAnswer, HistoryQuery } from '#shared/protocol/history.ts'
import { api } from '../api.ts'
import { ApiError } from '../sdk/http.ts'
import { asked, type ActivityFilter } from './activity-filter.ts'
import type { Entry } from './activity-news.ts'
import { sentenceOf } from './refusal.ts'

/** The history of a workspace under a filter, newest first: as far back as somebody looked, and up to now. */
export class Activity {
  entries = $state.raw<Entry[] | null>(null)
  hasMore = $state(false)
  isBusy = $state(false)
  problem = $state<string | null>(null)
  private readonly workspaceId: string
  private readonly filter: HistoryQuery
  /** Up to which position of the log everything is here that passes the filter. */
  private head = 0
  private line: Promise<void> = Promise.resolve()

  constructor(workspaceId: string, filter: ActivityFilter) {
    this.workspaceId = workspaceId
    this.filter = asked(filter)
  }

  load(): Promise<void> {
    return this.inTurn(async () => {
      const answer = await this.read({ order: 'desc', limit: '50' })
      this.entries = entriesOf(answer)
      this.hasMore = answer.hasMore
      this.head = answer.position
    })
  }

  more(): Promise<void> {
    return this.inTurn(async () => {
      const last = this.entries?.at(-1)
      if (!last || !this.hasMore) return
      const answer = await this.read({ order: 'desc', limit: '50', before: String(last.event.position) })
      this.entries = [...(this.entries ?? []), ...entriesOf(answer)]
      this.hasMore = answer.hasMore
    })
  }

  /** Something happened: what of it passes the filter comes on top. */
  catchUp(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.entries) return
      for (let hasMore = true; hasMore;) {
        const answer = await this.read({ after: String(this.head), limit: '200' })
        this.entries = [...entriesOf(answer).reverse(), ...this.entries]
        hasMore = answer.hasMore
        this.head = hasMore ? (answer.events.at(-1)?.position ?? this.head) : answer.position
      }
    })
  }

  private read(page: HistoryQuery): Promise<HistoryAnswer> {
    return api.history(this.workspaceId, { ...this.filter, ...page, subjects: 'true' })
  }

  /** One after the other, so that none misses or repeats what another has read. */
  private inTurn(act: () => Promise<void>): Promise<void> {
    this.isBusy = true
    this.line = this.line.then(async () => {
      try {
        await act()
        this.problem = null
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        this.problem = sentenceOf(error)
      }
    })
    const mine = this.line
    return mine.finally(() => {
      if (mine === this.line) this.isBusy = false
    })
  }
}

const unknown = { name: null, email: null, role: null, handle: null }

function entriesOf({ events, subjects }: HistoryAnswer): Entry[] {
  return events.map((event) => ({ event, at: event.at, subject: subjects?.[event.position] ?? unknown }))
}
