import { EventEmitter, once } from 'node:events'
import { WebSocket } from 'ws'
import type { Person } from '../support/people.ts'

/**
 * Many sockets that watch, and how many events they hear. They speak Socket.IO's protocol over a bare WebSocket and look
 * at no more of a frame than how many events are in it: in life each of them is on a machine of its own, and here they
 * must not be what limits the server.
 */
export type Audience = {
  /** Called for every frame that a socket gets, with its text. */
  onFrame: (hear: (text: string) => void) => void
  /** Waits until all of them together have heard so many events more than when it was called. Answers the first's moment. */
  heard: (events: number) => Promise<number>
  /** Resolves when every socket is closed. */
  leave: () => Promise<void>
}

type Seat = { headers?: Record<string, string>; watch?: string }

const eventMark = Buffer.from('"position":')

/** Connects `size` sockets, a few at a time; each watches the workspace where one is given. */
export async function gather(port: number, size: number, seatOf: (n: number) => Seat): Promise<Audience> {
  const sockets: WebSocket[] = []
  const news = new EventEmitter().setMaxListeners(0)
  let total = 0
  let first: number | null = null
  let hear: ((text: string) => void) | null = null
  for (let entered = 0; entered < size; entered += 50) {
    const group = Array.from({ length: Math.min(50, size - entered) }, (_, n) => enter(seatOf(entered + n)))
    sockets.push(...(await Promise.all(group)))
  }
  return {
    onFrame: (listener) => void (hear = listener),
    async heard(events) {
      first = null
      const wanted = total + events
      while (total < wanted) await once(news, 'news')
      return first ?? Number.NaN
    },
    async leave() {
      const closed = sockets.map((socket) => once(socket, 'close'))
      for (const socket of sockets) socket.close()
      await Promise.all(closed)
    },
  }

  function enter({ headers = {}, watch }: Seat): Promise<WebSocket> {
    const address = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`
    const socket = new WebSocket(address, { headers, perMessageDeflate: false })
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('message', (frame: Buffer) => {
        const kind = frame.toString('latin1', 0, 2)
        if (kind === '42') {
          first ??= performance.now()
          total += countIn(frame)
          hear?.(frame.toString())
          news.emit('news')
        } else if (kind.startsWith('0')) socket.send('40')
        else if (kind === '2') socket.send('3')
        else if (kind === '40' && watch) socket.send(`420["watch",{"stream":"workspace:${watch}"}]`)
        else if (kind === '40' || kind === '43') resolve(socket)
        else reject(new Error(`A socket of the benchmark heard ${frame.toString()}`))
      })
    })
  }
}

function countIn(frame: Buffer): number {
  let count = 0
  for (let at = frame.indexOf(eventMark); at !== -1; at = frame.indexOf(eventMark, at + 1)) count += 1
  return count
}

/** The seats of people who take turns, all in front of one workspace. */
export function seatsOf(people: Person[], origin: string, workspaceId: string) {
  return (n: number): Seat => {
    const cookie = people[n % people.length]?.cookie() ?? ''
    return { headers: { Cookie: cookie, Origin: origin }, watch: workspaceId }
  }
}
