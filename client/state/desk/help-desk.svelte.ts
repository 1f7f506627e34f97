import { SvelteMap } from 'svelte/reactivity'
import type { ListedConversation } from '#shared/protocol/agents/desk.ts'
import type { AgentEvent, UserEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyDeskEvent, byActivity } from '#shared/state/apply-desk-event.ts'
import type { DeskState, JoinedWorkspace } from '#shared/state/snapshots.ts'
import { isUnread, placesOf, withRead, withWritten, type Places } from '#shared/state/unread.ts'
import { agentApi } from '../../agent-api.ts'
import { ifThere } from '../../sdk/http.ts'
import type { Live } from '../live.svelte.ts'
import type { Source } from '../../sdk/sync.ts'
import type { Remember } from './people.ts'

export type DeskFilter = 'open' | 'waiting' | 'resolved'

/**
 * The conversations of a workspace’s agents, kept up to date from the agents’ streams, and what of them the member has not
 * read, by what their own stream tells.
 */
export class HelpDesk {
  private readonly desks = new SvelteMap<string, AgentDesk>()
  private readonly live: Live
  private readonly workspace: JoinedWorkspace
  private readonly remember: Remember
  private read = $state.raw<Places>({})
  private lookedAt = $state<string | null>(null)

  constructor(live: Live, workspace: JoinedWorkspace, remember: Remember) {
    this.live = live
    this.workspace = workspace
    this.remember = remember
  }

  /** Of the person’s own stream. */
  hear(event: UserEvent): void {
    this.read = withRead(this.read, event)
  }

  /** What is being looked at is read as it comes. */
  lookAt(conversationId: string | null): void {
    this.lookedAt = conversationId
  }

  isUnread(conversation: ListedConversation): boolean {
    const written = this.desks.get(conversation.agentId)?.written ?? {}
    return conversation.id !== this.lookedAt && isUnread(written, this.read, conversation.id)
  }

  /** How many conversations that are not resolved have something unread. */
  get unread(): number {
    const unresolved = [...this.desks.values()].flatMap(({ state }) => state?.unresolved ?? [])
    return unresolved.filter((one) => this.isUnread(one)).length
  }

  /** Follows these agents and no others. */
  keep(agentIds: readonly string[]): void {
    for (const [id, desk] of [...this.desks]) {
      if (agentIds.includes(id)) continue
      desk.stop()
      this.desks.delete(id)
    }
    for (const id of agentIds) {
      if (!this.desks.has(id))
        this.desks.set(id, new AgentDesk(this.live, this.workspace, { agentId: id, remember: this.remember }))
    }
  }

  /** Takes everything anew: something that the person’s own stream told was missed. */
  renew(): void {
    const ids = [...this.desks.keys()]
    this.stop()
    this.keep(ids)
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

  /** Those of one contact that are in a list. */
  ofContact(agentId: string, contactId: string | null): ListedConversation[] {
    const state = this.desks.get(agentId)?.state
    if (!state || contactId === null) return []
    return [...state.unresolved, ...state.resolved].filter((one) => one.contactId === contactId)
  }
}

type OfAgent = { agentId: string; remember: Remember }
type Kept = { lists: DeskState; written: Places }

class AgentDesk {
  state = $state.raw<DeskState | null>(null)
  /** Of each conversation the last message that somebody else wrote. */
  written = $state.raw<Places>({})
  private readonly unfollow: () => void

  constructor(live: Live, { id: workspaceId, memberId }: JoinedWorkspace, { agentId, remember }: OfAgent) {
    const source: Source<Kept, AgentEvent> = {
      stream: streamOf('agent', agentId),
      takeSnapshot: async () => {
        const held = await ifThere(agentApi(workspaceId, agentId).desk())
        if (!held) return null
        const { position, epoch, unread, former, ...lists } = held
        remember(former)
        return { position, epoch, state: { lists, written: placesOf(unread) } }
      },
      apply: ({ lists, written }, event) => ({
        lists: applyDeskEvent(lists, event),
        written: withWritten(written, event, memberId),
      }),
      changed: ({ lists, written }) => {
        this.state = lists
        this.written = written
      },
      // whoever loses it is moved away by the workspace's stream, or by their own
      closed: () => undefined,
    }
    this.unfollow = live.follow(source)
  }

  stop(): void {
    this.unfollow()
  }
}
