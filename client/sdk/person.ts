import type { UserEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyUserEvent } from '#shared/state/apply-event.ts'
import type { UserState } from '#shared/state/snapshots.ts'
import type { Api } from './api.ts'
import { Listeners } from './listeners.ts'
import type { Streams } from './streams.ts'
import type { Snapshot, Source } from './sync.ts'
import { tellFailing, type Told } from './told.ts'

/** The longest that one's own change is awaited from the stream before the snapshot is taken instead, in milliseconds. */
const patience = 4_000

/** Who is signed in, and where their stream begins. */
export async function whoIs(api: Api): Promise<Snapshot<UserState>> {
  const { position, epoch, account: _account, accountPosition: _accountPosition, ...state } = await api.me()
  return { position, epoch, state }
}

type Of = { streams: Streams; api: Api; held: Snapshot<UserState> }

/** The signed-in person, their workspaces and what they wait for, kept up to date from their own stream. */
export class LivePerson {
  state: UserState
  private readonly api: Api
  private readonly told: Told<UserEvent, UserState>
  private readonly listeners = new Listeners<[UserState]>()
  private readonly unfollow: () => void
  private stopped = false

  constructor({ streams, api, held }: Of, told: Told<UserEvent, UserState> = {}) {
    this.api = api
    this.told = told
    this.state = held.state
    this.unfollow = streams.follow(this.source(), held)
  }

  /** Hears the state, at once and on each change. Answers how to stop. */
  subscribe(listener: (state: UserState) => void): () => void {
    listener(this.state)
    return this.listeners.add(listener)
  }

  /** Waits until the state shows something of one's own doing. */
  async until(shown: (state: UserState) => boolean): Promise<void> {
    const deadline = Date.now() + patience
    while (!shown(this.state) && Date.now() < deadline) await this.nextChange(deadline - Date.now())
    if (shown(this.state) || this.stopped) return
    // the live connection is away: show the snapshot, until the stream has caught up
    this.become((await whoIs(this.api)).state)
  }

  stop(): void {
    this.stopped = true
    this.unfollow()
  }

  private nextChange(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, milliseconds)
      const unlisten = this.listeners.add(done)
      function done(): void {
        clearTimeout(timer)
        unlisten()
        resolve()
      }
    })
  }

  private source(): Source<UserState, UserEvent> {
    return {
      stream: streamOf('user', this.state.user.id),
      takeSnapshot: () => whoIs(this.api),
      apply: applyUserEvent,
      changed: (state, { events, before }) => {
        this.become(state)
        if (!before) this.told.reset?.()
        else for (const event of events) this.told.heard?.(event, before)
      },
      failed: (error) => tellFailing(this.told, error),
      closed: (code) => this.told.closed?.(code),
    }
  }

  private become(state: UserState): void {
    this.state = state
    this.listeners.tell(state)
  }
}
