import { SvelteMap } from 'svelte/reactivity'
import type { AttentionFrame } from '#shared/protocol/attention.ts'
import type { ConversationPlace } from '../../routes.ts'
import type { Live } from '../live.svelte.ts'

/** How often it is tried to say what is on the screen, and the pause before the next time, in milliseconds. */
const tries = { most: 5, pause: 800 }

export type Attended = Pick<AttentionFrame, 'members' | 'visitor'>
export const nobody: Attended = { members: [], visitor: 'away' }

/** Who has which conversation on their screen and types there, as the server tells; and what it is told of this page. */
export class Attention {
  private readonly told = new SvelteMap<string, Attended>()
  private readonly live: Live
  private readonly ownId: string
  private readonly unlisten: () => void
  private place: ConversationPlace | null = null
  private types = false

  constructor(live: Live, ownId: string) {
    this.live = live
    this.ownId = ownId
    this.unlisten = live.listenToAttention(({ conversationId, members, visitor }) => {
      if (members.length === 0 && visitor === 'away') this.told.delete(conversationId)
      else this.told.set(conversationId, { members, visitor })
    })
  }

  /** Who else attends to it. */
  at(conversationId: string): Attended {
    const { members, visitor } = this.told.get(conversationId) ?? nobody
    return { members: members.filter(({ memberId }) => memberId !== this.ownId), visitor }
  }

  /** This is on the screen now; null: no conversation. Again whenever the connection is back. */
  show(place: ConversationPlace | null): void {
    if (place?.id !== this.place?.id) this.types = false
    const before = this.place
    this.place = place
    if (place) void this.say(place)
    else if (before && this.live.connection === 'live')
      void this.live.attend({ agentId: before.agentId, conversationId: null }).catch(() => undefined)
  }

  type(types: boolean): void {
    this.types = types
    if (this.place) void this.say(this.place)
  }

  /** What was told is as old as the connection. */
  forget(): void {
    this.told.clear()
  }

  stop(): void {
    this.show(null)
    this.unlisten()
  }

  /** Until it is taken: a page that has just connected may not watch the agent yet. */
  private async say(place: ConversationPlace): Promise<void> {
    for (let tried = 0; tried < tries.most && this.place === place && this.live.connection === 'live'; tried += 1) {
      const said = { agentId: place.agentId, conversationId: place.id, typing: this.types }
      const answer = await this.live.attend(said).catch(() => null)
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, tries.pause))
    }
  }
}
