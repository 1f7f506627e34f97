import type { Attend, AttendAnswer, AttentionFrame } from '#shared/protocol/attention.ts'
import type { StreamEvent } from '#shared/protocol/events.ts'
import type { Watch, WatchAnswer } from '#shared/protocol/socket.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import { navigation } from '../messages/navigation.ts'
import { createDoor, type Door } from '../socket.ts'
import { announcer } from './announcer.svelte.ts'
import { StreamSync, type Snapshot, type Source } from './sync.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline'

type AnySync = StreamSync<never, never>

/** The page's one connection, and the streams that it keeps. */
export class Live {
  connection = $state<Connection>('connecting')
  private readonly door: Door
  /** A page can keep several states from one stream. */
  private readonly syncs = new Map<Stream, Set<AnySync>>()
  private readonly attentive = new Set<(frame: AttentionFrame) => void>()
  private readonly page = new AbortController()

  /** `refused`: the server did not let the connection in, so the session may be over. */
  constructor(refused: () => void) {
    this.door = createDoor({
      connected: () => this.connected(),
      disconnected: () => this.lost(),
      refused,
      events: ({ stream, events }) => {
        for (const sync of this.of(stream)) sync.hear(events as never[])
      },
      closed: ({ stream, code }) => {
        if (code === 'signed_out') refused()
        else for (const sync of this.of(stream)) sync.close(code)
      },
      attention: (frame) => {
        for (const hear of this.attentive) hear(frame)
      },
    })
    addEventListener('online', () => this.doubt(), this.page)
    addEventListener('offline', () => this.lost(), this.page)
    document.addEventListener('visibilitychange', () => document.hidden || this.doubt(), this.page)
    this.door.open()
  }

  /** Keeps a stream's state until the answer is called. */
  follow<State, Event extends StreamEvent>(source: Source<State, Event>, held?: Snapshot<State>): () => void {
    const { stream } = source
    const watch = async (asked: Watch) => {
      const answer = await this.door.watch(asked)
      for (const other of this.of(stream)) if (other !== kept) overhear(other, answer)
      return answer
    }
    const sync = new StreamSync(source, { isConnected: this.door.isConnected, watch, wait }, held)
    const kept = sync as unknown as AnySync
    this.syncs.set(stream, new Set([...this.of(stream), kept]))
    sync.catchUp()
    return () => {
      sync.stop()
      const syncs = this.syncs.get(stream)
      if (!syncs?.delete(kept) || syncs.size > 0) return
      this.syncs.delete(stream)
      this.door.unwatch(stream)
    }
  }

  /** Hears who attends to the conversations of agents whose streams are followed, until the answer is called. */
  listenToAttention(hear: (frame: AttentionFrame) => void): () => void {
    this.attentive.add(hear)
    return () => void this.attentive.delete(hear)
  }

  /** Says which conversation is on the screen, and whether somebody types there. Rejects without an answer. */
  attend(attend: Attend): Promise<AttendAnswer> {
    return this.door.attend(attend)
  }

  /** After sleep or a change of network: asks for whatever was missed, at once. */
  doubt(): void {
    if (this.door.isConnected()) this.connected()
    else this.door.open()
  }

  end(): void {
    this.page.abort()
    for (const sync of this.all()) sync.stop()
    this.syncs.clear()
    this.door.close()
  }

  private of(stream: Stream): AnySync[] {
    return [...(this.syncs.get(stream) ?? [])]
  }

  private all(): AnySync[] {
    return [...this.syncs.values()].flatMap((syncs) => [...syncs])
  }

  private connected(): void {
    if (this.connection === 'reconnecting' || this.connection === 'offline') announcer.say(navigation().connectedAgain)
    this.connection = 'live'
    for (const sync of this.all()) sync.catchUp()
  }

  private lost(): void {
    if (this.page.signal.aborted) return
    this.connection = navigator.onLine ? 'reconnecting' : 'offline'
    announcer.say(navigator.onLine ? navigation().connectionLost : navigation().nowOffline)
  }
}

function overhear(sync: AnySync, answer: WatchAnswer): void {
  if (answer.ok) sync.overhear(answer.position, 'events' in answer ? (answer.events as never[]) : [])
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
