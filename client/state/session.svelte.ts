import type { UserEvent } from '#shared/protocol/events.ts'
import type { User } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyUserEvent } from '#shared/state/apply-event.ts'
import type { JoinedWorkspace, UserState } from '#shared/state/snapshots.ts'
import { api } from '../api.ts'
import { ApiError, whenSignedOut } from '../http.ts'
import { Live } from './live.svelte.ts'
import type { Snapshot, Source } from './sync.ts'

type Listener = (event: UserEvent, before: UserState) => void

const nobody: UserState = {
  user: { id: '', email: '', name: '', emailVerified: false },
  pendingEmail: null,
  billing: { provider: 'manual', status: 'none', graceUntil: null, cancelsAt: null },
  workspaces: [],
  waiting: [],
}

/** The longest that one's own change is awaited from the stream before the snapshot is taken instead, in milliseconds. */
const patience = 4_000

/** Who is signed in on this page, their workspaces, and the connection that keeps both up to date. */
export class Session {
  phase = $state<'loading' | 'unreachable' | 'signed_out' | 'signed_in'>('loading')
  person = $state.raw<UserState>(nobody)
  live = $state.raw<Live | null>(null)
  /** A sentence for the sign-in page: why the person is there. */
  notice = $state<string | null>(null)
  /** How often the state was taken anew, and events in between were heard by nobody. */
  resets = $state(0)
  private readonly listeners = new Set<Listener>()
  private readonly waiters = new Set<() => void>()

  constructor() {
    whenSignedOut(() => {
      if (this.phase === 'signed_in') this.close('You were signed out. Sign in to go on.')
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
      const snapshot = await this.takeSnapshot()
      this.live?.end()
      const live = new Live(() => void this.verify())
      this.live = live
      this.person = snapshot.state
      this.notice = null
      this.phase = 'signed_in'
      live.follow(this.source(), snapshot)
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
    this.close('You are signed out everywhere.')
  }

  async deleteAccount(password: string): Promise<void> {
    await api.deleteAccount({ password })
    this.close('Your account is deleted.')
  }

  /** Hears every event of the person's own stream. Answers how to stop. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Waits until the person's stream shows something of one's own doing. */
  async until(shown: (person: UserState) => boolean): Promise<void> {
    const deadline = Date.now() + patience
    while (!shown(this.person) && Date.now() < deadline) await this.nextChange(deadline - Date.now())
    if (shown(this.person) || this.phase !== 'signed_in') return
    // the live connection is away: show the snapshot, until the stream has caught up
    this.person = (await this.takeSnapshot()).state
  }

  private nextChange(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds)
      const { waiters } = this
      waiters.add(done)
      function done(): void {
        clearTimeout(timer)
        waiters.delete(done)
        resolve()
      }
    })
  }

  private source(): Source<UserState, UserEvent> {
    return {
      stream: streamOf('user', this.person.user.id),
      takeSnapshot: () => this.takeSnapshot(),
      apply: applyUserEvent,
      changed: (state, { events, before }) => {
        this.person = state
        if (!before) this.resets += 1
        else for (const event of events) for (const listener of this.listeners) listener(event, before)
        for (const waiter of [...this.waiters]) waiter()
      },
      closed: () => void this.verify(),
    }
  }

  private async takeSnapshot(): Promise<Snapshot<UserState>> {
    const { position, epoch, user, pendingEmail, billing, workspaces, waiting } = await api.me()
    return { position, epoch, state: { user, pendingEmail, billing, workspaces, waiting } }
  }

  /** Asks whether the session still is; an answer that it is not ends it here too. */
  private async verify(): Promise<void> {
    await api.me().then(
      () => this.live?.doubt(),
      () => undefined,
    )
  }

  private close(notice: string | null): void {
    this.live?.end()
    this.live = null
    this.person = nobody
    this.notice = notice
    this.phase = 'signed_out'
  }
}

export const session = new Session()
