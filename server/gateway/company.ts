import type { Place } from '#shared/places.ts'
import { mostPlaces, type Present } from '#shared/protocol/presence.ts'
import type { PresenceSignal } from '../relay/feed.ts'
import type { LiveSocket } from './live.ts'

/** How long somebody who went may take to come back before it is shown, in milliseconds: a reload is nobody's going. */
const grace = 3_000

/** Whose page it is, and what of the workspace it shows; null: it is in the background. */
type Looking = { userId: string; memberId: string; place: Place | null }

/** What another node's row says: all that it told up to a telling. `members`: null where the version is the known one. */
type Row = { node: string; told: number; version: string; members: Present[] | null }

/** What one node has told of the workspace, up to a telling; `version`: as the database has it. */
type Word = { telling: number; version: string | null; members: Map<string, readonly Place[]> }

export type Change = { here: Present[]; gone: string[] }

/** Who is in one workspace: on this node's sockets, as the other nodes have told, and as it was shown last. */
export class Company {
  readonly here = new Map<LiveSocket, Looking>()
  private readonly elsewhere = new Map<string, Word>()
  private readonly changed = new Set<string>()
  private readonly shown = new Map<string, string>()
  /** Who is away, and until when that is not shown. */
  private readonly leaving = new Map<string, number>()

  place(socket: LiveSocket, looking: Looking | null): void {
    const before = this.here.get(socket)
    if (before) this.changed.add(before.memberId)
    if (looking) this.here.set(socket, looking)
    else this.here.delete(socket)
    if (looking) this.changed.add(looking.memberId)
  }

  /** Those who are on this node's sockets, by user. */
  onThisNode(): Map<string, Present> {
    const found = new Map<string, Present>()
    for (const { userId, memberId, place } of this.here.values()) {
      const present = found.get(userId) ?? { memberId, places: [] }
      found.set(userId, { memberId, places: joined(present.places, place === null ? [] : [place]) })
    }
    return found
  }

  /** A hint of what another node has told. One that comes late is none. */
  hear({ node, telling, here, gone }: PresenceSignal): void {
    const word = this.elsewhere.get(node) ?? { telling: -1, version: null, members: new Map<string, Place[]>() }
    if (telling <= word.telling) return
    this.elsewhere.set(node, word)
    word.telling = telling
    for (const { memberId, places } of here) this.put(word, memberId, places)
    for (const memberId of gone) this.put(word, memberId, null)
  }

  /** What the database has of another node. What was read before a hint came is older than the hint. */
  read({ node, told, version, members }: Row): void {
    const known = this.elsewhere.get(node)
    if (!members || (known && told < known.telling)) return
    const word = { telling: told, version, members: new Map(members.map((one) => [one.memberId, one.places])) }
    this.elsewhere.set(node, word)
    for (const memberId of [...(known?.members.keys() ?? []), ...word.members.keys()]) this.changed.add(memberId)
  }

  /** Nothing of the workspace is told by this node, up to a telling. */
  readNothing(node: string, told: number): void {
    const known = this.elsewhere.get(node)
    if (!known || told < known.telling) return
    this.elsewhere.delete(node)
    for (const memberId of known.members.keys()) this.changed.add(memberId)
  }

  /** The node is gone, long enough for its people to have come back elsewhere. */
  lapse(node: string): void {
    for (const memberId of this.elsewhere.get(node)?.members.keys() ?? []) {
      this.changed.add(memberId)
      this.leaving.set(memberId, 0)
    }
    this.elsewhere.delete(node)
  }

  /** The other nodes with a word here, and in which version the database had it. */
  versions(): [node: string, version: string | null][] {
    return [...this.elsewhere].map(([node, { version }]) => [node, version])
  }

  isPending(): boolean {
    return this.changed.size > 0 || this.leaving.size > 0
  }

  isMissingSomebody(): boolean {
    return this.leaving.size > 0
  }

  /** What is to be shown now that was not: of so many members at most. */
  take(now: number, most: number): Change {
    for (const [memberId, until] of this.leaving) if (until <= now) this.changed.add(memberId)
    const asked = [...this.changed].slice(0, most)
    const placesOf = this.together(new Set(asked))
    const change: Change = { here: [], gone: [] }
    for (const memberId of asked) {
      this.changed.delete(memberId)
      const places = placesOf.get(memberId)
      if (places) this.show({ memberId, places }, change)
      else this.miss(memberId, now, change)
    }
    return change
  }

  /** Everybody, as it was shown last. */
  everybody(): Present[] {
    return [...this.shown].map(([memberId, places]) => ({ memberId, places: placesIn(places) }))
  }

  private put(word: Word, memberId: string, places: readonly Place[] | null): void {
    if (places) word.members.set(memberId, places)
    else word.members.delete(memberId)
    this.changed.add(memberId)
  }

  private together(asked: ReadonlySet<string>): Map<string, Place[]> {
    const found = new Map<string, Place[]>()
    for (const { memberId, place } of this.here.values()) {
      if (asked.has(memberId)) found.set(memberId, joined(found.get(memberId) ?? [], place === null ? [] : [place]))
    }
    for (const { members } of this.elsewhere.values()) {
      for (const memberId of asked) {
        const places = members.get(memberId)
        if (places) found.set(memberId, joined(found.get(memberId) ?? [], places))
      }
    }
    return found
  }

  private show({ memberId, places }: Present, { here }: Change): void {
    this.leaving.delete(memberId)
    if (this.shown.get(memberId) === places.join(' ')) return
    this.shown.set(memberId, places.join(' '))
    here.push({ memberId, places })
  }

  private miss(memberId: string, now: number, { gone }: Change): void {
    const until = this.shown.has(memberId) ? (this.leaving.get(memberId) ?? now + grace) : 0
    if (until > now) {
      this.leaving.set(memberId, until)
      return
    }
    this.leaving.delete(memberId)
    if (this.shown.delete(memberId)) gone.push(memberId)
  }
}

function placesIn(told: string): Place[] {
  return told === '' ? [] : (told.split(' ') as Place[])
}

function joined(some: readonly Place[], more: readonly Place[]): Place[] {
  return [...new Set([...some, ...more])].slice(0, mostPlaces)
}
