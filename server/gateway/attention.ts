import {
  attendSchema,
  typingSchema,
  type AttendAnswer,
  type Attendant,
  type AttentionFrame,
  type VisitorAttention,
} from '#shared/protocol/attention.ts'
import { typingPace } from '#shared/messenger.ts'
import { idOf, kindOf, streamOf, type Stream } from '#shared/protocol/streams.ts'
import type { AttentionSignal, Feed } from '../relay/feed.ts'
import { broadcast } from './broadcast.ts'
import { isPerson } from './caller.ts'
import type { Handlers } from './messages.ts'
import type { Rights } from './rights.ts'
import type { LiveServers, LiveSocket } from './live.ts'
import type { Rooms } from './rooms.ts'

/** In milliseconds: how long changes are gathered, and how often it is looked for what has run out. */
const pace = { gathering: 80, look: 1_000 }
/** How often a node says again who attends there, and how long its word counts: two may be lost. */
const word = { again: 4_000, lasts: 10_000 }

type Place = { agentId: string; conversationId: string }
/** `memberId`: null of a visitor. `typesUntil`: by this process's clock, in milliseconds. */
type Attending = Place & { memberId: string | null; typesUntil: number }
type Word = { signal: AttentionSignal; until: number }
type Conversation = Place & {
  here: Map<LiveSocket, Attending>
  elsewhere: Map<string, Word>
  /** What this node told its own sockets last, and what it said to the other nodes, and when. */
  told: { people: string; visitor: string }
  said: string
  saidAt: number
}

type Parts = { io: LiveServers; feed: Feed; rights: Rights; rooms: () => Rooms }

/**
 * Who has which conversation on their screen, and who types there. It lasts as long as the sockets do; other nodes say
 * theirs, all of a conversation's each time, and what a node that is gone said runs out.
 */
export class Attention {
  private readonly parts: Parts
  private readonly conversations = new Map<string, Conversation>()
  private readonly placeOf = new Map<LiveSocket, Attending>()
  private readonly changed = new Set<string>()
  private gathering: NodeJS.Timeout | null = null
  private looking: NodeJS.Timeout | null = null

  constructor(parts: Parts) {
    this.parts = parts
    parts.feed.listenToSignals((node, signal) => {
      if ('conversationId' in signal) this.hear(node, signal)
    })
  }

  /** What members say. */
  ofMembers(): Handlers {
    return { attend: (socket, payload) => this.attend(socket, payload) }
  }

  /** What visitors say. */
  ofVisitors(): Handlers {
    return { typing: (socket, payload) => this.type(socket, payload) }
  }

  /** The socket gets what is told of this stream from now on: here is what was told before. */
  entered(stream: Stream, socket: LiveSocket): void {
    if (isPerson(socket.data)) {
      if (kindOf(stream) !== 'agent') return
      for (const conversation of this.conversations.values()) {
        if (conversation.agentId === idOf(stream)) socket.emit('attention', frameOf(conversation))
      }
      return
    }
    this.place(socket, { agentId: socket.data.agentId, conversationId: idOf(stream), memberId: null, typesUntil: 0 })
    const conversation = this.conversations.get(idOf(stream))
    const memberIds = conversation ? typing(conversation) : []
    if (memberIds.length > 0) socket.emit('typing', { stream, memberIds })
  }

  /** The socket gets nothing of this stream any more. */
  left(stream: Stream, socket: LiveSocket): void {
    const place = this.placeOf.get(socket)
    if (!place) return
    const { agentId, conversationId } = place
    if (stream !== (isPerson(socket.data) ? streamOf('agent', agentId) : streamOf('conversation', conversationId)))
      return
    // whoever watches anew leaves first, and is back in the same breath
    queueMicrotask(() => {
      if (!this.parts.rooms().entryOf(stream, socket)) this.place(socket, null)
    })
  }

  close(): void {
    for (const socket of [...this.placeOf.keys()]) this.place(socket, null)
    for (const timer of [this.gathering, this.looking]) if (timer) clearTimeout(timer)
    this.tell()
  }

  private async attend(socket: LiveSocket, payload: unknown): Promise<AttendAnswer> {
    const parsed = attendSchema.safeParse(payload)
    if (!parsed.success || !isPerson(socket.data)) return { ok: false, code: 'invalid_input' }
    const { agentId, conversationId, typing: types } = parsed.data
    if (conversationId === null) {
      this.place(socket, null)
      return { ok: true }
    }
    const stream = streamOf('agent', agentId)
    const rooms = this.parts.rooms()
    const entry = rooms.entryOf(stream, socket)
    if (entry?.as !== 'live') return { ok: false, code: 'not_found' }
    const known = this.placeOf.get(socket)
    const memberId =
      known?.conversationId === conversationId
        ? known.memberId
        : await this.parts.rights.memberAt({ agentId, conversationId, userId: socket.data.userId })
    // whoever was shown out meanwhile attends to nothing, also where they came again
    if (memberId === null || rooms.entryOf(stream, socket) !== entry) return { ok: false, code: 'not_found' }
    this.place(socket, { agentId, conversationId, memberId, typesUntil: types ? now() + typingPace.lasts : 0 })
    return { ok: true }
  }

  private type(socket: LiveSocket, payload: unknown): AttendAnswer {
    const parsed = typingSchema.safeParse(payload)
    if (!parsed.success || isPerson(socket.data)) return { ok: false, code: 'invalid_input' }
    const { stream, typing: types } = parsed.data
    if (kindOf(stream) !== 'conversation' || this.parts.rooms().entryOf(stream, socket)?.as !== 'live')
      return { ok: false, code: 'not_found' }
    const typesUntil = types ? now() + typingPace.lasts : 0
    this.place(socket, { agentId: socket.data.agentId, conversationId: idOf(stream), memberId: null, typesUntil })
    return { ok: true }
  }

  private place(socket: LiveSocket, attending: Attending | null): void {
    const before = this.placeOf.get(socket)
    if (before && before.conversationId !== attending?.conversationId) {
      this.conversations.get(before.conversationId)?.here.delete(socket)
      this.change(before.conversationId)
    }
    if (!attending) {
      this.placeOf.delete(socket)
      return
    }
    this.placeOf.set(socket, attending)
    this.conversationAt(attending).here.set(socket, attending)
    this.change(attending.conversationId)
  }

  private hear(node: string, signal: AttentionSignal): void {
    const conversation = this.conversationAt(signal)
    const isOver = signal.members.length === 0 && signal.visitor === 'away'
    if (isOver) conversation.elsewhere.delete(node)
    else conversation.elsewhere.set(node, { signal, until: now() + word.lasts })
    this.change(signal.conversationId)
  }

  private conversationAt({ agentId, conversationId }: Place): Conversation {
    const held = this.conversations.get(conversationId)
    if (held) return held
    const made: Conversation = {
      agentId,
      conversationId,
      here: new Map(),
      elsewhere: new Map(),
      told: { people: '', visitor: '[]' },
      said: '',
      saidAt: 0,
    }
    this.conversations.set(conversationId, made)
    this.looking ??= setInterval(() => this.look(), pace.look).unref()
    return made
  }

  private change(conversationId: string): void {
    this.changed.add(conversationId)
    this.gathering ??= setTimeout(() => {
      this.gathering = null
      this.tell()
    }, pace.gathering).unref()
  }

  private tell(): void {
    const changed = [...this.changed]
    this.changed.clear()
    for (const id of changed) {
      const conversation = this.conversations.get(id)
      if (!conversation) continue
      this.show(conversation)
      this.say(conversation)
      if (conversation.here.size === 0 && conversation.elsewhere.size === 0) this.conversations.delete(id)
    }
    if (this.conversations.size > 0 || !this.looking) return
    clearInterval(this.looking)
    this.looking = null
  }

  /** What has changed, to those who are told of it. */
  private show(conversation: Conversation): void {
    const { people, visitors } = this.parts.io
    const frame = frameOf(conversation)
    const stream = streamOf('conversation', conversation.conversationId)
    const memberIds = typing(conversation)
    const told = { people: JSON.stringify(frame), visitor: JSON.stringify(memberIds) }
    if (told.people !== conversation.told.people) broadcast(people, frame.stream, 'attention', frame)
    if (told.visitor !== conversation.told.visitor) broadcast(visitors, stream, 'typing', { stream, memberIds })
    conversation.told = told
  }

  /** Tells the other nodes what is so here: where it is something else than before, or was said too long ago. */
  private say(conversation: Conversation): void {
    const { agentId, conversationId } = conversation
    const signal: AttentionSignal = {
      agentId,
      conversationId,
      ...together([...conversation.here.values()].map(asSignal)),
    }
    const said = JSON.stringify(signal)
    const isDue = conversation.here.size > 0 && now() - conversation.saidAt >= word.again
    if (said === conversation.said && !isDue) return
    if (conversation.said === '' && conversation.here.size === 0) return
    conversation.said = said
    conversation.saidAt = now()
    this.parts.feed.signal([streamOf('agent', agentId), streamOf('conversation', conversationId)], signal)
  }

  private look(): void {
    for (const conversation of this.conversations.values()) {
      for (const attending of conversation.here.values()) {
        if (attending.typesUntil === 0 || attending.typesUntil > now()) continue
        attending.typesUntil = 0
        this.change(attending.conversationId)
      }
      for (const [node, { until }] of conversation.elsewhere) {
        if (until > now()) continue
        conversation.elsewhere.delete(node)
        this.change(conversation.conversationId)
      }
      this.say(conversation)
    }
  }
}

type Attended = { members: Attendant[]; visitor: VisitorAttention }

function asSignal({ memberId, typesUntil }: Attending): Attended {
  const types = typesUntil > now()
  return memberId === null
    ? { members: [], visitor: types ? 'typing' : 'here' }
    : { members: [{ memberId, typing: types }], visitor: 'away' }
}

/** A member with two screens attends once, and types where they type on one of them. */
function together(all: readonly Attended[]): Attended {
  const members = new Map<string, boolean>()
  for (const one of all) for (const { memberId, typing: types } of one.members) members.set(memberId, types || members.get(memberId) === true) // prettier-ignore
  const visitor = (['typing', 'here'] as const).find((kind) => all.some((one) => one.visitor === kind)) ?? 'away'
  return { members: [...members].map(([memberId, types]) => ({ memberId, typing: types })), visitor }
}

function attended({ here, elsewhere }: Conversation): Attended {
  return together([...[...here.values()].map(asSignal), ...[...elsewhere.values()].map(({ signal }) => signal)])
}

function frameOf(conversation: Conversation): AttentionFrame {
  const { agentId, conversationId } = conversation
  return { stream: streamOf('agent', agentId), conversationId, ...attended(conversation) }
}

function typing(conversation: Conversation): string[] {
  return attended(conversation)
    .members.filter((one) => one.typing)
    .map(({ memberId }) => memberId)
}

function now(): number {
  return performance.now()
}
