import { SvelteMap } from 'svelte/reactivity'
import type { Place } from '#shared/places.ts'
import type { Present, PresenceFrame } from '#shared/protocol/presence.ts'
import { streamOf, type Stream } from '#shared/protocol/streams.ts'
import type { Live } from './live.svelte.ts'

/** The pause before what was not taken is said again, in milliseconds. */
const pause = 3_000

/** Who is in the open workspace and on which of its pages, as the server tells; and what it is told of this page. */
export class Presence {
  private readonly told = new SvelteMap<string, readonly Place[]>()
  /** Whether everybody has been told of. */
  private known = false
  private gathered: Present[] = []
  private readonly live: Live
  private readonly stream: Stream
  private readonly unlisten: () => void
  private place: Place | null = null
  /** What the server has taken over this connection. */
  private said: Place | null = null
  private saying = false

  constructor(live: Live, workspaceId: string) {
    this.live = live
    this.stream = streamOf('workspace', workspaceId)
    this.unlisten = live.listenToPresence((frame) => {
      if (frame.stream === this.stream) this.hear(frame)
    })
  }

  isOnline(memberId: string): boolean {
    return this.told.has(memberId)
  }

  /** Where a member is. */
  placesOf(memberId: string): readonly Place[] {
    return this.told.get(memberId) ?? []
  }

  /** Everybody who is there. */
  everybody(): ReadonlyMap<string, readonly Place[]> {
    return this.told
  }

  /** This is on the screen now; null: the page is in the background. */
  show(place: Place | null): void {
    this.place = place
    if (this.known) void this.say()
  }

  /** The connection is lost: the next one knows nothing of this page. What was told last is shown until then. */
  forget(): void {
    this.gathered = []
    this.said = null
  }

  stop(): void {
    this.unlisten()
    this.place = null
  }

  private hear({ whole, more, here, gone }: PresenceFrame): void {
    if (whole) this.gathered.push(...here)
    if (more || (!whole && !this.known)) return
    if (whole) this.replace()
    for (const { memberId, places } of whole ? [] : here) this.told.set(memberId, places)
    for (const memberId of gone) this.told.delete(memberId)
  }

  private replace(): void {
    const still = new Set(this.gathered.map(({ memberId }) => memberId))
    for (const memberId of [...this.told.keys()]) if (!still.has(memberId)) this.told.delete(memberId)
    for (const { memberId, places } of this.gathered) this.told.set(memberId, places)
    this.gathered = []
    this.known = true
    void this.say()
  }

  /** Until it is taken, or the connection is lost: whoever is told of everybody on the next one says it again. */
  private async say(): Promise<void> {
    if (this.saying) return
    this.saying = true
    while (this.said !== this.place && this.live.connection === 'live') {
      const { place } = this
      const answer = await this.live.look({ stream: this.stream, place }).catch(() => null)
      if (answer?.ok) this.said = place
      else if (answer?.code === 'not_found') break
      else await new Promise((resolve) => setTimeout(resolve, pause))
    }
    this.saying = false
  }
}
