import type { Seats } from '#shared/plans.ts'
import type { AccountEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import type { RosterAnswer } from '#shared/protocol/requests.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyAccountEvent, applyWorkspaceEvent } from '#shared/state/apply-event.ts'
import type { WorkspaceState } from '#shared/state/snapshots.ts'
import type { Api } from './api.ts'
import { ifThere } from './http.ts'
import { Listeners } from './listeners.ts'
import type { Streams } from './streams.ts'
import type { ClosedCode, Source } from './sync.ts'
import { tellFailing, type Told } from './told.ts'

export type PresentWorkspace = NonNullable<WorkspaceState>

/** Who is in a workspace and who is asked, its agents, and the seats of its account. */
export type RosterState = PresentWorkspace & { seats: Seats }

type Of = { streams: Streams; api: Api; id: string }

/** A workspace's roster, kept up to date from the streams of the workspace and of its account. */
export class LiveRoster {
  /** Null before the first answer. What did not change stays the same object. */
  workspace: PresentWorkspace | null = null
  seats: Seats | null = null
  /** Why nothing more comes, null while something may. */
  closed: ClosedCode | null = null
  private readonly of: Of
  private readonly told: Told<WorkspaceEvent, PresentWorkspace>
  private readonly listeners = new Listeners<[RosterState]>()
  private readonly stops: (() => void)[] = []
  private reading: Promise<RosterAnswer | null> | null = null

  constructor(of: Of, told: Told<WorkspaceEvent, PresentWorkspace> = {}) {
    this.of = of
    this.told = told
    this.stops.push(of.streams.follow(this.ownStream()))
  }

  get state(): RosterState | null {
    return this.workspace && this.seats && { ...this.workspace, seats: this.seats }
  }

  /** Hears the state, at once if there is one and on each change. Answers how to stop. */
  subscribe(listener: (state: RosterState) => void): () => void {
    const { state } = this
    if (state) listener(state)
    return this.listeners.add(listener)
  }

  stop(): void {
    for (const stop of this.stops) stop()
  }

  private ownStream(): Source<WorkspaceState, WorkspaceEvent> {
    return {
      stream: streamOf('workspace', this.of.id),
      takeSnapshot: async () => {
        const roster = await this.read()
        if (!roster) return null
        const { workspace, members, invitations, agents, position, epoch } = roster
        this.followAccount(roster)
        return { position, epoch, state: { workspace, members, invitations, agents } }
      },
      apply: applyWorkspaceEvent,
      changed: (state, { events, before }) => {
        const isAnew = !before && this.workspace !== null
        // what was there last stays, of a deleted workspace, too
        if (state) this.workspace = state
        this.tell()
        if (before) for (const event of events) this.told.heard?.(event, before)
        if (isAnew) this.told.reset?.()
      },
      failed: (error) => tellFailing(this.told, error),
      closed: (code) => {
        this.closed = code
        this.stop()
        this.told.closed?.(code)
      },
    }
  }

  /** Once: both streams start from one answer. */
  private followAccount({ workspace, seats, accountPosition, epoch }: RosterAnswer): void {
    if (this.seats) return
    this.seats = seats
    const source: Source<Seats, AccountEvent> = {
      stream: streamOf('account', workspace.accountId),
      takeSnapshot: async () => {
        const roster = await this.read()
        return roster && { position: roster.accountPosition, epoch: roster.epoch, state: roster.seats }
      },
      apply: applyAccountEvent,
      changed: (state) => {
        this.seats = state
        this.tell()
      },
      closed: () => undefined,
    }
    this.stops.push(this.of.streams.follow(source, { position: accountPosition, epoch, state: seats }))
  }

  private tell(): void {
    const { state } = this
    if (state) this.listeners.tell(state)
  }

  private read(): Promise<RosterAnswer | null> {
    this.reading ??= ifThere(this.of.api.roster(this.of.id)).finally(() => (this.reading = null))
    return this.reading
  }
}
