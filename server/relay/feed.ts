import type { Attendant, VisitorAttention } from '#shared/protocol/attention.ts'
import type { Present } from '#shared/protocol/presence.ts'
import type { Stream } from '#shared/protocol/streams.ts'
import type { Appended } from '../core/event-log.ts'

/** Hears of committed events. A hint: one may come late, twice, out of order or never; the log is the truth. */
export type Hear = (appended: Appended) => void

/** Who attends to a conversation at one node: all of it, each time. Kept nowhere, and said again while it lasts. */
export type AttentionSignal = {
  agentId: string
  conversationId: string
  members: Attendant[]
  visitor: VisitorAttention
}

/**
 * What a node, as the database knows it, has told the database of who is in a workspace: a hint that it is to be found
 * there. Of what it tells, a later `telling` counts.
 */
export type PresenceSignal = { workspaceId: string; node: string; telling: number; here: Present[]; gone: string[] }

export type Signal = AttentionSignal | PresenceSignal
export type HearSignal = (node: string, signal: Signal) => void

/**
 * How news of a commit reaches the nodes whose sockets watch its stream. In one process it is a call; between nodes
 * it is a channel for each stream. A node follows a stream only while somebody there watches it.
 */
export type Feed = {
  publish: (appended: Appended[]) => void
  listen: (hear: Hear) => void
  follow: (stream: Stream) => void
  unfollow: (stream: Stream) => void
  /** Tells the other nodes that follow one of these streams; a node that follows both may hear it twice. */
  signal: (streams: readonly Stream[], signal: Signal) => void
  listenToSignals: (hear: HearSignal) => void
}

export function inProcessFeed(): Feed {
  const followed = new Set<Stream>()
  const listeners: Hear[] = []
  return {
    publish(appended) {
      for (const one of appended) {
        if (followed.has(one.stream)) for (const hear of listeners) hear(one)
      }
    },
    listen: (hear) => void listeners.push(hear),
    follow: (stream) => void followed.add(stream),
    unfollow: (stream) => void followed.delete(stream),
    // there is no other node
    signal: () => undefined,
    listenToSignals: () => undefined,
  }
}
