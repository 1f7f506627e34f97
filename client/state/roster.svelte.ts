import { SvelteMap } from 'svelte/reactivity'
import type { Seats } from '#shared/plans.ts'
import type { AccountEvent, WorkspaceEvent } from '#shared/protocol/events.ts'
import type { FormerMember } from '#shared/protocol/agents/conversations.ts'
import type { RosterAnswer } from '#shared/protocol/requests.ts'
import type { Member } from '#shared/protocol/resources.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyAccountEvent, applyWorkspaceEvent } from '#shared/state/apply-event.ts'
import type { JoinedWorkspace, WorkspaceState } from '#shared/state/snapshots.ts'
import { api } from '../api.ts'
import { ifThere } from '../http.ts'
import type { Live } from './live.svelte.ts'
import type { Source } from './sync.ts'

type Present = NonNullable<WorkspaceState>
export type RosterListener = (event: WorkspaceEvent, before: Present) => void

/** The open workspace: its members, invitations and agents, and its account's seats, kept up to date from their streams. */
export class Roster {
  state = $state.raw<Present | null>(null)
  seats = $state.raw<Seats | null>(null)
  /** What those who are members no more were called last, by their ids, as far as somebody asked or saw them go. */
  readonly former = new SvelteMap<string, string>()
  private readonly workspaceId: string
  private readonly heard: RosterListener
  private readonly stops: (() => void)[]
  private reading: Promise<RosterAnswer | null> | null = null

  constructor(live: Live, { id, accountId }: JoinedWorkspace, heard: RosterListener) {
    this.workspaceId = id
    this.heard = heard
    this.stops = [live.follow(this.ownStream(id)), live.follow(this.account(accountId))]
  }

  get members(): readonly Member[] {
    return this.state?.members ?? []
  }

  stop(): void {
    for (const stop of this.stops) stop()
  }

  remember(former: readonly FormerMember[]): void {
    for (const { memberId, name } of former) this.former.set(memberId, name)
  }

  private rememberGone({ members: before }: Present, { members: after }: Present): void {
    if (before === after) return
    const still = new Set(after.map(({ id }) => id))
    for (const { id, displayName } of before) if (!still.has(id)) this.former.set(id, displayName)
  }

  private ownStream(id: string): Source<WorkspaceState, WorkspaceEvent> {
    return {
      stream: streamOf('workspace', id),
      takeSnapshot: async () => {
        const roster = await this.read()
        if (!roster) return null
        const { workspace, members, invitations, agents, position, epoch } = roster
        return { position, epoch, state: { workspace, members, invitations, agents } }
      },
      apply: applyWorkspaceEvent,
      changed: (state, { events, before }) => {
        // a deleted workspace stays on the screen for the moment until the person's own stream moves them away
        if (this.state && state) this.rememberGone(this.state, state)
        if (state) this.state = state
        if (before) for (const event of events) this.heard(event, before)
      },
      closed: () => undefined,
    }
  }

  private account(id: string): Source<Seats, AccountEvent> {
    return {
      stream: streamOf('account', id),
      takeSnapshot: async () => {
        const roster = await this.read()
        return roster && { position: roster.accountPosition, epoch: roster.epoch, state: roster.seats }
      },
      apply: applyAccountEvent,
      changed: (state) => (this.seats = state),
      closed: () => undefined,
    }
  }

  /** Both streams start from one answer. */
  private read(): Promise<RosterAnswer | null> {
    this.reading ??= ifThere(api.roster(this.workspaceId)).finally(() => (this.reading = null))
    return this.reading
  }
}
