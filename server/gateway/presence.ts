import {
  lookSchema,
  mostInFrame,
  type LookAnswer,
  type Present,
  type PresenceFrame,
} from '#shared/protocol/presence.ts'
import { idOf, kindOf, type Stream } from '#shared/protocol/streams.ts'
import { broadcast } from './broadcast.ts'
import { isPerson } from './caller.ts'
import { Company, type Change } from './company.ts'
import type { Handlers } from './messages.ts'
import { OtherNodes } from './other-nodes.ts'
import { PresenceRounds, type RoundParts } from './presence-rounds.ts'
import type { LiveServer, LiveSocket } from './live.ts'
import type { Rooms } from './rooms.ts'

/** What one audience costs: a frame for each so many of its sockets and second, and so many changes in one second. */
const framesPerSecond = 2_000
const changesPerSecond = 200_000
const fewestChanges = 100

type Held = {
  company: Company
  /** Who watches since everybody was told last: they are told of everybody. */
  newcomers: Set<LiveSocket>
  /** Whether the other nodes' people are known. */
  heard: boolean
  prepared: Prepared | null
  /** By this process's clock, in milliseconds. */
  nextAt: number
}
type Prepared = { change: Change; newcomers: LiveSocket[]; everybody: Present[] }

type Parts = Omit<RoundParts, 'companies' | 'others'> & { io: LiveServer; rooms: () => Rooms }

/**
 * Who is in which workspace, and where there. It lasts as long as the sockets do. What has changed is gathered until the
 * heads of the streams are read, and shown when everything is delivered that they had: so nobody is shown anything that
 * was not so before they lost the right (S5).
 */
export class Presence {
  private readonly parts: Parts
  private readonly companies = new Map<string, Held>()
  private readonly rounds: PresenceRounds

  constructor(parts: Parts) {
    this.parts = parts
    const others = new OtherNodes(parts.node, this.companies)
    this.rounds = new PresenceRounds({ ...parts, companies: this.companies, others })
    parts.feed.listenToSignals((_, signal) => {
      if ('telling' in signal) others.hear(signal)
    })
  }

  /** The socket gets what is shown of this stream from now on, as this member. */
  entered(stream: Stream, socket: LiveSocket, memberId: string | null): void {
    if (kindOf(stream) !== 'workspace' || memberId === null || !isPerson(socket.data)) return
    const held = this.heldAt(idOf(stream))
    const known = held.company.here.get(socket)
    const place = known?.memberId === memberId ? known.place : null
    held.newcomers.add(socket)
    held.company.place(socket, { userId: socket.data.userId, memberId, place })
    this.rounds.changed({ workspaceId: idOf(stream), userId: socket.data.userId, memberId })
  }

  /** The socket gets nothing of this stream any more. */
  left(stream: Stream, socket: LiveSocket): void {
    const held = this.companies.get(idOf(stream))
    if (kindOf(stream) !== 'workspace' || !held?.company.here.has(socket)) return
    // whoever watches anew leaves first, and is back in the same breath
    queueMicrotask(() => {
      const looking = held.company.here.get(socket)
      if (!looking || this.parts.rooms().entryOf(stream, socket)) return
      held.newcomers.delete(socket)
      held.company.place(socket, null)
      if (held.company.here.size === 0) this.companies.delete(idOf(stream))
      this.rounds.changed({ workspaceId: idOf(stream), userId: looking.userId, memberId: looking.memberId })
    })
  }

  /** What members say. */
  ofMembers(): Handlers {
    return { look: (socket, payload) => this.look(socket, payload) }
  }

  /** The heads are about to be read: what is so now may be shown once they are reached. */
  gather(): void {
    const now = performance.now()
    for (const held of this.companies.values()) {
      const { company, newcomers, heard } = held
      const isDue = heard && !held.prepared && now >= held.nextAt && (company.isPending() || newcomers.size > 0)
      if (!isDue) continue
      const audience = company.here.size
      const change = company.take(now, Math.max(fewestChanges, Math.min(mostInFrame, changesPerSecond / audience)))
      const isNews = change.here.length > 0 || change.gone.length > 0
      if (isNews) held.nextAt = now + (audience / framesPerSecond) * 1_000
      if (!isNews && newcomers.size === 0) continue
      held.prepared = { change, newcomers: [...newcomers], everybody: newcomers.size > 0 ? company.everybody() : [] }
      newcomers.clear()
    }
  }

  /** Everything is delivered that the stream had when what is prepared was gathered. */
  reached(stream: Stream): void {
    const held = this.companies.get(idOf(stream))
    if (kindOf(stream) !== 'workspace' || !held?.prepared) return
    const { change, newcomers, everybody } = held.prepared
    held.prepared = null
    if (change.here.length > 0 || change.gone.length > 0)
      broadcast(this.parts.io, stream, 'presence', { stream, whole: false, more: false, ...change })
    const still = newcomers.filter((socket) => this.parts.rooms().entryOf(stream, socket)?.as === 'live')
    if (still.length === 0) return
    const audience = this.parts.io.to(still.map(({ id }) => id))
    for (const frame of framesOf(stream, everybody)) audience.emit('presence', frame)
  }

  close(): Promise<void> {
    return this.rounds.close()
  }

  private look(socket: LiveSocket, payload: unknown): LookAnswer {
    const parsed = lookSchema.safeParse(payload)
    if (!parsed.success) return { ok: false, code: 'invalid_input' }
    const { stream, place } = parsed.data
    const company = this.companies.get(idOf(stream))?.company
    const looking = company?.here.get(socket)
    const isIn = kindOf(stream) === 'workspace' && this.parts.rooms().entryOf(stream, socket)?.as === 'live'
    if (!company || !looking || !isIn) return { ok: false, code: 'not_found' }
    if (looking.place === place) return { ok: true }
    company.place(socket, { ...looking, place })
    this.rounds.changed({ workspaceId: idOf(stream), userId: looking.userId, memberId: looking.memberId })
    return { ok: true }
  }

  private heldAt(workspaceId: string): Held {
    const held = this.companies.get(workspaceId)
    if (held) return held
    const made: Held = { company: new Company(), newcomers: new Set(), heard: false, prepared: null, nextAt: 0 }
    this.companies.set(workspaceId, made)
    return made
  }
}

/** Everybody, in as many frames as it takes: at least one. */
function framesOf(stream: Stream, everybody: Present[]): PresenceFrame[] {
  const count = Math.max(1, Math.ceil(everybody.length / mostInFrame))
  return Array.from({ length: count }, (_, n) => ({
    stream,
    whole: true,
    more: n < count - 1,
    here: everybody.slice(n * mostInFrame, (n + 1) * mostInFrame),
    gone: [],
  }))
}
