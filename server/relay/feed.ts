import type { Stream } from '#shared/protocol/streams.ts'
import type { Appended } from '../core/event-log.ts'

/** Hears of committed events. A hint: one may come late, twice, out of order or never; the log is the truth. */
export type Hear = (appended: Appended) => void

/**
 * How news of a commit reaches the nodes whose sockets watch its stream. In one process it is a call; between nodes
 * it is a channel for each stream. A node follows a stream only while somebody there watches it.
 */
export type Feed = {
  publish: (appended: Appended[]) => void
  listen: (hear: Hear) => void
  follow: (stream: Stream) => void
  unfollow: (stream: Stream) => void
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
  }
}
