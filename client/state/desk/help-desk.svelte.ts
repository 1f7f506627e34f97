import { SvelteMap } from 'svelte/reactivity'
import type { ListedConversation } from '#shared/protocol/agents/desk.ts'
import type { AgentEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyDeskEvent, byActivity } from '#shared/state/apply-desk-event.ts'
import type { DeskState } from '#shared/state/snapshots.ts'
import { agentApi } from '../../agent-api.ts'
import { ifThere } from '../../http.ts'
import type { Live } from '../live.svelte.ts'
import type { Source } from '../sync.ts'

export type DeskFilter = 'open' | 'waiting' | 'resolved'

/** The conversations of a workspace’s agents, kept up to date from the agents’ streams. */
export class HelpDesk {
  private readonly desks = new SvelteMap<string, AgentDesk>()
  private readonly live: Live
  private readonly workspaceId: string

  constructor(live: Live, workspaceId: string) {
    this.live = live
    this.workspaceId = workspaceId
  }

  /** Follows these agents and no others. */
  keep(agentIds: readonly string[]): void {
    for (const [id, desk] of [...this.desks]) {
      if (agentIds.includes(id)) continue
      desk.stop()
      this.desks.delete(id)
    }
    for (const id of agentIds) {
      if (!this.desks.has(id)) this.desks.set(id, new AgentDesk(this.live, this.workspaceId, id))
    }
  }

  stop(): void {
    this.keep([])
  }

  /** Whether some of it is not here yet. */
  get loading(): boolean {
    return [...this.desks.values()].some(({ state }) => state === null)
  }

  /** Those of one agent or of all, the latest first. */
  listed(filter: DeskFilter, agentId: string): ListedConversation[] {
    return [...this.desks]
      .filter(([id]) => agentId === '' || id === agentId)
      .flatMap(([, { state }]) => (state ? state[filter === 'resolved' ? 'resolved' : 'unresolved'] : []))
      .filter(({ state }) => state === filter)
      .sort(byActivity)
  }

  /** One that is in a list. */
  find(agentId: string, id: string): ListedConversation | undefined {
    const state = this.desks.get(agentId)?.state
    return state ? [...state.unresolved, ...state.resolved].find((one) => one.id === id) : undefined
  }
}

class AgentDesk {
  state = $state.raw<DeskState | null>(null)
  private readonly unfollow: () => void

  constructor(live: Live, workspaceId: string, agentId: string) {
    const source: Source<DeskState, AgentEvent> = {
      stream: streamOf('agent', agentId),
      takeSnapshot: async () => {
        const held = await ifThere(agentApi(workspaceId, agentId).desk())
        if (!held) return null
        const { position, epoch, ...state } = held
        return { position, epoch, state }
      },
      apply: applyDeskEvent,
      changed: (state) => (this.state = state),
      // whoever loses it is moved away by the workspace's stream, or by their own
      closed: () => undefined,
    }
    this.unfollow = live.follow(source)
  }

  stop(): void {
    this.unfollow()
  }
}
