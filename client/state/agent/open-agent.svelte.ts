import type { AgentEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyAgentEvent } from '#shared/state/apply-event.ts'
import type { AgentState } from '#shared/state/snapshots.ts'
import { agentApi, type AgentApi } from '../../agent-api.ts'
import { ifThere } from '../../sdk/http.ts'
import type { Live } from '../live.svelte.ts'
import type { Snapshot, Source } from '../../sdk/sync.ts'

export type AgentListener = (event: AgentEvent, before: AgentState) => void

/** The agent on the screen: what it has, kept up to date from its stream, and the calls that change it. */
export class OpenAgent {
  state = $state.raw<AgentState | null>(null)
  readonly api: AgentApi
  private readonly listeners: Set<AgentListener>
  private readonly unfollow: () => void

  constructor(live: Live, { workspaceId, agentId }: { workspaceId: string; agentId: string }, heard: AgentListener) {
    this.api = agentApi(workspaceId, agentId)
    this.listeners = new Set([heard])
    this.unfollow = live.follow(this.source(agentId))
  }

  /** Hears every event of the agent's stream. Answers how to stop. */
  listen(listener: AgentListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  stop(): void {
    this.unfollow()
  }

  private source(id: string): Source<AgentState, AgentEvent> {
    return {
      stream: streamOf('agent', id),
      takeSnapshot: () => this.takeSnapshot(),
      apply: applyAgentEvent,
      changed: (state, { events, before }) => {
        this.state = state
        if (before) for (const event of events) for (const listener of this.listeners) listener(event, before)
      },
      // whoever loses it is moved away by the workspace's stream, or by their own
      closed: () => undefined,
    }
  }

  private async takeSnapshot(): Promise<Snapshot<AgentState> | null> {
    const held = await ifThere(this.api.state())
    if (!held) return null
    const { position, epoch, ...state } = held
    return { position, epoch, state }
  }
}
