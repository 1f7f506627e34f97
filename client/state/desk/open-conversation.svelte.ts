import type { ConversationChange } from '#shared/protocol/agents/conversations.ts'
import type { ConversationEvent } from '#shared/protocol/events.ts'
import { streamOf } from '#shared/protocol/streams.ts'
import { applyConversationEvent } from '#shared/state/apply-event.ts'
import type { ConversationState } from '#shared/state/snapshots.ts'
import { agentApi, type AgentApi } from '../../agent-api.ts'
import { ifThere } from '../../sdk/http.ts'
import type { ConversationPlace } from '../../routes.ts'
import type { Live } from '../live.svelte.ts'
import type { Source } from '../../sdk/sync.ts'
import type { Remember } from './people.ts'

/** What it hears beside its own state. */
type Told = { heard: (event: ConversationEvent) => void; remember: Remember }

/** The conversation on the screen, kept up to date from its stream, and the calls that change it. */
export class OpenConversation {
  state = $state.raw<ConversationState>(null)
  missing = $state(false)
  private readonly api: AgentApi
  private readonly id: string
  private readonly tell: Told
  private readonly unfollow: () => void

  constructor(live: Live, { workspaceId, agentId, id }: ConversationPlace & { workspaceId: string }, tell: Told) {
    this.api = agentApi(workspaceId, agentId)
    this.id = id
    this.tell = tell
    this.unfollow = live.follow(this.source())
  }

  stop(): void {
    this.unfollow()
  }

  write(text: string): Promise<unknown> {
    return this.api.writeMessage(this.id, text)
  }

  change(change: ConversationChange): Promise<unknown> {
    return this.api.changeConversation(this.id, change)
  }

  markRead(upTo: number): Promise<unknown> {
    return this.api.markRead(this.id, upTo)
  }

  private source(): Source<ConversationState, ConversationEvent> {
    return {
      stream: streamOf('conversation', this.id),
      takeSnapshot: async () => {
        const held = await ifThere(this.api.conversation(this.id))
        this.missing = held === null
        if (!held) return null
        const { position, epoch, former, ...state } = held
        this.tell.remember(former)
        return { position, epoch, state }
      },
      apply: applyConversationEvent,
      changed: (state, { events }) => {
        this.state = state
        for (const event of events) this.tell.heard(event)
      },
      closed: () => undefined,
    }
  }
}
