import type { UserEvent } from '#shared/protocol/events.ts'
import type { User } from '#shared/protocol/resources.ts'
import type { JoinedWorkspace, UserState } from '#shared/state/snapshots.ts'
import { api } from '../api.ts'
import { http } from '../http.ts'
import { ApiError } from '../sdk/http.ts'
import { LivePerson, whoIs } from '../sdk/person.ts'
import type { Told } from '../sdk/told.ts'
import { Live } from './live.svelte.ts'

type Notice = 'signedOut' | 'signedOutEverywhere' | 'accountDeleted'
type Listener = (event: UserEvent, before: UserState) => void

const nobody: UserState = {
  user: { id: '', email: '', name: '', emailVerified: false },
  pendingEmail: null,
  billing: { provider: 'manual', status: 'none', graceUntil: null, cancelsAt: null },
  workspaces: [],
  waiting: [],
  unreadNotifications: {},
}

/** Who is signed in on this page, their workspaces, and the connection that keeps both up to date. */
export class Session {
  phase = $state<'loading' | 'unreachable' | 'signed_out' | 'signed_in'>('loading')
  person = $state.raw<UserState>(nobody)
  live = $state.raw<Live | null>(null)
  /** For the sign-in page: why the person is there. */
  notice = $state<Notice | null>(null)
  /** How often the state was taken anew, and events in between were heard by nobody. */
  resets = $state(0)
  private readonly listeners = new Set<Listener>()
  private kept: LivePerson | null = null

  constructor() {
    http.whenSignedOut(() => {
      if (this.phase === 'signed_in') this.close('signedOut')
    })
  }

  /** Who is signed in. */
  get user(): User | null {
    return this.phase === 'signed_in' ? this.person.user : null
  }

  get workspaces(): JoinedWorkspace[] {
    return this.person.workspaces
  }

  /** Reads who is signed in, and starts to follow their stream. */
  async open(): Promise<void> {
    try {
      const held = await whoIs(api)
      this.live?.end()
      const live = new Live(() => void this.verify())
      this.live = live
      this.notice = null
      this.kept = new LivePerson({ streams: live, api, held }, this.told())
      this.kept.subscribe((person) => (this.person = person))
      this.phase = 'signed_in'
    } catch (error) {
      const signedOut = error instanceof ApiError && error.code === 'unauthenticated'
      this.phase = signedOut ? 'signed_out' : 'unreachable'
    }
  }

  async signOut(): Promise<void> {
    await api.signOut()
    this.close(null)
  }

  async signOutEverywhere(): Promise<void> {
    await api.signOutEverywhere()
    this.close('signedOutEverywhere')
  }

  async deleteAccount(password: string): Promise<void> {
    await api.deleteAccount({ password })
    this.close('accountDeleted')
  }

  /** Hears every event of the person's own stream. Answers how to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Waits until the person's stream shows something of one's own doing. */
  async until(shown: (person: UserState) => boolean): Promise<void> {
    await this.kept?.until(shown)
  }

  private told(): Told<UserEvent, UserState> {
    return {
      heard: (event, before) => {
        for (const listener of this.listeners) listener(event, before)
      },
      reset: () => (this.resets += 1),
      closed: () => void this.verify(),
    }
  }

  /** Asks whether the session still is; an answer that it is not ends it here too. */
  private async verify(): Promise<void> {
    await api.me().then(
      () => this.live?.doubt(),
      () => undefined,
    )
  }

  private close(notice: Notice | null): void {
    this.kept?.stop()
    this.kept = null
    this.live?.end()
    this.live = null
    this.person = nobody
    this.notice = notice
    this.phase = 'signed_out'
  }
}

export const session = new Session()
