import type { Stream } from '#shared/protocol/streams.ts'
import type { Log } from '../log.ts'

type Heads = {
  streams: () => Stream[]
  read: (streams: Stream[]) => Promise<Map<Stream, number>>
  found: (stream: Stream, head: number | undefined) => void
  log: Log
}

/** How often the heads are read, in milliseconds: what no hint told is delivered within this and a query. */
const period = 500

/** Polls the heads of the watched streams, with one query for all of them, so that a lost hint loses nothing (S6). */
export function followHeads(heads: Heads): () => void {
  let stopped = false
  let timer = setTimeout(poll, period)
  timer.unref()

  function poll(): void {
    const streams = heads.streams()
    const round = streams.length > 0 ? heads.read(streams) : Promise.resolve(new Map<Stream, number>())
    round
      .then((positions) => {
        for (const stream of stopped ? [] : streams) heads.found(stream, positions.get(stream))
      })
      .catch((error: unknown) => heads.log.warn({ err: error }, 'the heads of the streams could not be read'))
      .finally(() => {
        if (stopped) return
        timer = setTimeout(poll, period * (0.8 + Math.random() * 0.4))
        timer.unref()
      })
  }

  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
