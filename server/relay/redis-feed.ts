import { randomUUID } from 'node:crypto'
import type { Stream } from '#shared/protocol/streams.ts'
import type { Appended } from '../core/event-log.ts'
import type { Log } from '../log.ts'
import type { Redis } from '../redis/connect.ts'
import { inProcessFeed, type Feed, type HearSignal, type Signal } from './feed.ts'

const prefix = 'rollcall:'

/**
 * Between nodes: one sharded channel for each stream, subscribed to only while a socket of this node watches the stream.
 * This node's own sockets hear directly. What Redis loses, the heads of the log bring.
 */
export function redisFeed(redis: Redis, log: Log): Feed {
  const here = inProcessFeed()
  const node = randomUUID()
  const followed = new Set<Stream>()
  /** What the client brings back by itself when Redis is back. */
  const held = new Set<Stream>()
  const signalListeners: HearSignal[] = []
  /** What is told to the other nodes at the end of this turn of the event loop. */
  let untold = new Map<Stream, Appended['events']>()

  redis.onReady(() => {
    for (const stream of held) if (!followed.has(stream)) unsubscribe(stream)
    for (const stream of followed) subscribe(stream)
  })

  function subscribe(stream: Stream): void {
    if (redis.isReady()) redis.subscribe(prefix + stream, heard).then(() => held.add(stream), hintLost)
  }

  function unsubscribe(stream: Stream): void {
    if (redis.isReady()) redis.unsubscribe(prefix + stream, heard).then(() => held.delete(stream), hintLost)
  }

  /** What one turn appended to a stream is one message: a burst costs each node one parse, not one for each event. */
  function tell(): void {
    const told = untold
    untold = new Map()
    if (!redis.isReady()) return
    for (const [stream, events] of told) {
      redis.publish(prefix + stream, node + JSON.stringify(events)).catch(hintLost)
    }
  }

  function heard(message: string, channel: string): void {
    if (message.startsWith(node)) return
    try {
      const told = JSON.parse(message.slice(node.length)) as Appended['events'] | Signal
      if (Array.isArray(told)) here.publish([{ stream: channel.slice(prefix.length) as Stream, events: told }])
      else for (const hear of signalListeners) hear(message.slice(0, node.length), told)
    } catch (error) {
      log.warn({ err: error }, 'a message from Redis could not be read')
    }
  }

  function hintLost(error: unknown): void {
    log.debug({ err: error }, 'Redis did not take it: the heads of the log will tell')
  }

  return {
    listen: here.listen,
    publish(appended) {
      here.publish(appended)
      if (untold.size === 0 && appended.length > 0) setImmediate(tell)
      for (const { stream, events } of appended) untold.set(stream, [...(untold.get(stream) ?? []), ...events])
    },
    follow(stream) {
      here.follow(stream)
      followed.add(stream)
      subscribe(stream)
    },
    unfollow(stream) {
      here.unfollow(stream)
      followed.delete(stream)
      unsubscribe(stream)
    },
    signal(streams, signal) {
      if (!redis.isReady()) return
      for (const stream of streams) redis.publish(prefix + stream, node + JSON.stringify(signal)).catch(hintLost)
    },
    listenToSignals: (hear) => void signalListeners.push(hear),
  }
}
