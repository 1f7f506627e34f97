import type { UserEvent } from '#shared/protocol/events.ts'
import type { Notification } from '#shared/protocol/notifications.ts'
import { unreadIn } from '#shared/state/notifications.ts'
import { api } from '../api.ts'
import { ApiError } from '../sdk/http.ts'
import { sentenceOf } from './refusal.ts'
import type { Session } from './session.svelte.ts'

/** What one was notified of: how many are unread always, and the list once somebody has looked. */
export class Notifications {
  items = $state.raw<Notification[] | null>(null)
  problem = $state<string | null>(null)
  isBusy = $state(false)
  private cursor = $state.raw<string | null>(null)
  private readonly session: Session
  private asked = 0

  constructor(session: Session) {
    this.session = session
  }

  get unread(): number {
    return unreadIn(this.session.person.unreadNotifications)
  }

  get hasMore(): boolean {
    return this.cursor !== null
  }

  /** The newest page. Of two that are under way, the one that was asked for last counts. */
  async load(): Promise<void> {
    const asked = (this.asked += 1)
    await this.attempt(async () => {
      const { items, nextCursor } = await api.notifications()
      if (asked !== this.asked) return
      this.items = items
      this.cursor = nextCursor
    })
  }

  async more(): Promise<void> {
    const { cursor } = this
    if (!cursor) return
    const asked = this.asked
    await this.attempt(async () => {
      const { items, nextCursor } = await api.notifications({ cursor })
      if (asked !== this.asked) return
      this.items = [...(this.items ?? []), ...items]
      this.cursor = nextCursor
    })
  }

  read({ id, readAt }: Notification): void {
    if (!readAt) void this.attempt(() => api.readNotifications({ ids: [id] }))
  }

  async readAll(): Promise<void> {
    const newest = this.items?.[0]
    if (newest) await this.attempt(() => api.readNotifications({ upTo: newest.id }))
  }

  /** An event of the person's own stream: what another page reads is read here, too. */
  hear(event: UserEvent): void {
    if (!this.items) return
    if (event.type === 'notifications.read') {
      const ids = new Set(event.data.read.flatMap(({ notificationIds }) => notificationIds))
      this.items = this.items.map((one) => (ids.has(one.id) ? { ...one, readAt: event.at } : one))
    } else if (event.type === 'notification.created') void this.load()
    else if (event.type === 'workspace.removed' || event.type === 'workspace.role_changed') void this.load()
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    this.isBusy = true
    try {
      await act()
      this.problem = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.problem = sentenceOf(error)
    } finally {
      this.isBusy = false
    }
  }
}
