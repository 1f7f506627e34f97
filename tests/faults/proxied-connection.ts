import type { Socket } from 'node:net'
import { openLane, type Lane, type Weather } from './lane.ts'
import type { Reading } from './reading.ts'

export type ProxiedConnection = {
  isOpen: () => boolean
  /** To be called whenever the weather has changed. */
  flow: () => void
  /** Ends both sides without a word. */
  cut: () => void
}

/** As much as is remembered of what a client said, in letters. */
const mostKept = 16_384

type Sides = {
  client: Socket
  openTarget: () => Socket
  weather: () => Weather
  /** What the client says. */
  reading: Reading
  closed: () => void
}

/** A client and, as soon as something moves, the target that it wanted. */
export function proxyConnection({ client, openTarget, weather, reading, closed }: Sides): ProxiedConnection {
  let target: Socket | null = null
  let lanes: Lane[] = []
  let cutting = false
  let said = ''
  watch(client)

  function flow(): void {
    if (!target && !weather().holds && !client.destroyed) open()
    for (const lane of lanes) lane.flow()
  }

  function open(): void {
    target = watch(openTarget())
    const [out, back] = [openLane(client, target, weather), openLane(target, client, weather)]
    lanes = [out, back]
    client.on('data', (chunk: Buffer) => {
      out.add(chunk)
      if (endsBehind(chunk)) cutBehind(out, back)
    })
    target.on('data', back.add)
  }

  /** A side that ends in order has heard and said all; any other end is the end of both. */
  function watch(socket: Socket): Socket {
    return socket
      .on('error', () => undefined)
      .on('close', (broken: boolean) => {
        if (!cutting && (broken || !socket.readableEnded || !socket.writableFinished)) cut()
        if (client.destroyed && (target?.destroyed ?? true)) closed()
      })
  }

  function endsBehind(chunk: Buffer): boolean {
    const { cut: cutter } = weather()
    const text = said + reading(chunk)
    const mark = cutter ? text.lastIndexOf(cutter.mark) : -1
    // a mark may come in two pieces
    if (mark < 0) said = cutter ? text.slice(-mostKept) : ''
    else said = text.slice(mark + (cutter?.mark.length ?? 0))
    return cutter !== null && mark >= 0 && cutter.chance(text)
  }

  /** An orderly end towards the target: a reset could overtake the chunk. Towards the client there is none. */
  function cutBehind(out: Lane, back: Lane): void {
    cutting = true
    back.stop()
    out.finish(() => reset(client))
  }

  function cut(): void {
    for (const lane of lanes) lane.stop()
    for (const socket of [client, target]) if (socket) reset(socket)
  }

  return { isOpen: () => !client.destroyed, flow, cut }
}

/**
 * One that is still being made is reset as soon as it is there. One whose own end is on its way is closed: libuv refuses
 * to reset it, Node believes that it did, and the process never ends.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else if (!socket.destroyed) socket.resetAndDestroy()
}
