import type { Socket } from 'node:net'

/** What befalls everything that is under way. */
export type Weather = {
  /** Nothing moves. */
  holds: boolean
  /** How much later the next chunk goes on, in milliseconds. */
  late: () => number
  /** Which connections end behind what their client has just sent. */
  cut: { mark: string; chance: (said: string) => boolean } | null
}

export type Lane = {
  add: (chunk: Buffer) => void
  /** The weather has changed: what waited goes on now, or waits for the next change. */
  flow: () => void
  /** Drops what waits and whatever still comes. */
  stop: () => void
  /** Hands over what waits, full or not, and an orderly end; drops whatever still comes. Calls when that is out. */
  finish: (done: () => void) => void
}

/** More than this many bytes are not kept waiting here: whoever sends them waits instead. */
const most = 1024 * 1024

/** One direction of a connection: chunks in their order, each from its moment on, then the end. */
export function openLane(from: Socket, to: Socket, weather: () => Weather): Lane {
  let waiting: { chunk: Buffer | null; due: number }[] = []
  let bytes = 0
  let full = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  from.on('end', () => put(null))
  to.on('drain', () => {
    full = false
    move()
  })

  function put(chunk: Buffer | null): void {
    if (stopped) return
    const due = Math.max(waiting.at(-1)?.due ?? 0, performance.now() + weather().late())
    waiting.push({ chunk, due })
    bytes += chunk?.length ?? 0
    move()
  }

  function move(): void {
    clearTimeout(timer)
    if (stopped) return
    const held = weather().holds
    let next = waiting[0]
    for (; next && !held && !full && next.due <= performance.now(); next = waiting[0]) {
      waiting.shift()
      bytes -= next.chunk?.length ?? 0
      if (next.chunk) full = !to.write(next.chunk)
      else to.end()
    }
    if (held || full || bytes > most) from.pause()
    else from.resume()
    if (next && !held && !full) timer = setTimeout(move, next.due - performance.now())
  }

  function stop(): void {
    stopped = true
    clearTimeout(timer)
    waiting = []
    // what is not read would turn our own end into a reset, which overtakes what was sent before
    from.resume()
  }

  return {
    add: put,
    stop,
    flow() {
      waiting = waiting.map(({ chunk }) => ({ chunk, due: 0 }))
      move()
    },
    finish(done) {
      for (const { chunk } of waiting) if (chunk) to.write(chunk)
      stop()
      to.end(done)
    },
  }
}
