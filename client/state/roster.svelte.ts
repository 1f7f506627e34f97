import { SvelteMap } from 'svelte/reactivity'
import type { Seats } from '#shared/plans.ts'
import type { WorkspaceEvent } from '#shared/protocol/events.ts'
import type { FormerMember } from '#shared/protocol/agents/conversations.ts'
import type { Member } from '#shared/protocol/resources.ts'
import type { JoinedWorkspace } from '#shared/state/snapshots.ts'
import { api } from '../api.ts'
import { LiveRoster, type PresentWorkspace } from '../sdk/roster.ts'
import type { Live } from './live.svelte.ts'

export type RosterListener = (event: WorkspaceEvent, before: PresentWorkspace) => void

/** The open workspace as its screens show it. */
export class Roster {
  state = $state.raw<PresentWorkspace | null>(null)
  seats = $state.raw<Seats | null>(null)
  /** How often something happened in the workspace, or may have. */
  changes = $state(0)
  /** What those who are members no more were called last, by their ids, as far as somebody asked or saw them go. */
  readonly former = new SvelteMap<string, string>()
  private readonly kept: LiveRoster

  constructor(live: Live, { id }: JoinedWorkspace, heard: RosterListener) {
    const changed: RosterListener = (event, before) => {
      this.changes += 1
      heard(event, before)
    }
    this.kept = new LiveRoster({ streams: live, api, id }, { heard: changed, reset: () => (this.changes += 1) })
    this.kept.subscribe(() => this.show(this.kept))
  }

  get members(): readonly Member[] {
    return this.state?.members ?? []
  }

  stop(): void {
    this.kept.stop()
  }

  remember(former: readonly FormerMember[]): void {
    for (const { memberId, name } of former) this.former.set(memberId, name)
  }

  private show({ workspace, seats }: LiveRoster): void {
    if (this.state && workspace) this.rememberGone(this.state, workspace)
    this.state = workspace
    this.seats = seats
  }

  private rememberGone({ members: before }: PresentWorkspace, { members: after }: PresentWorkspace): void {
    // most events are of people who stay: nothing is looked up for them in ten thousand members
    if (before === after || before.every(({ id }, n) => id === after[n]?.id)) return
    const still = new Set(after.map(({ id }) => id))
    for (const { id, displayName } of before) if (!still.has(id)) this.former.set(id, displayName)
  }
}
