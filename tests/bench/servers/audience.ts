import { now } from '../clock.ts'
import { Wire } from '../wire.ts'
import { answerBench } from './child.ts'

/**
 * Many clients in a process of their own. They speak Socket.IO's protocol and look at no more of a frame than the
 * positions in it: in life each of them is on a machine of its own.
 */
export type Seat = { cookie?: string; origin?: string; path?: string; auth?: object; watch?: string }
export type Gather = { ports: number[]; seats: Seat[]; size: number }
/** `positions[n]` was delivered at `times[n]`, to the client that entered as the one of the number `whose[n]`, from 0 on. */
export type Recorded = { positions: Float64Array; times: Float64Array; whose: Uint32Array }
/** Milliseconds of each client's return by the shared clock; how often they tried; how many were told to start anew. */
export type Returned = { times: Float64Array; tries: number; resets: number }

/** Frames of who is where, and their bytes. */
export type Looked = { frames: number; bytes: number }

type Client = {
  seat: Seat
  nth: number
  wire: Wire | null
  position: number
  live: boolean
  /** Whether it has lost its connection since it roams, and when it was there again with everything; 0: not yet. */
  lost: boolean
  backAt: number
  tries: number
}

type Roaming = { ports: number[]; position: number; back: number; tries: number; resets: number; tell: () => void }

const positionMark = Buffer.from('"position":')
const presenceMark = '42["presence"'
const pages = ['members', 'plan', 'settings', 'agents', 'help-desk']
const mostRecorded = 4_000_000
const atOnce = 50
/** As the client of ours comes back: milliseconds before the first try, the longest pause, and how much is chance. */
const comingBack = { first: 500, longest: 8_000, chance: 0.6 }

/** One crowd of clients that enter, count what they hear, and leave. */
class Crowd {
  private readonly clients: Client[]
  private readonly ports: number[]
  private readonly entered = new Map<Client, { resolve: () => void; reject: (error: Error) => void }>()
  private readonly positions = new Float64Array(mostRecorded)
  private readonly times = new Float64Array(mostRecorded)
  private readonly whose = new Uint32Array(mostRecorded)
  private count = 0
  private waiting: { events: number; tell: () => void; fail: (error: Error) => void } | null = null
  private missing = ''
  private roaming: Roaming | null = null
  private leaving = false
  private looked: Looked = { frames: 0, bytes: 0 }
  private looks = 0

  constructor({ ports, seats, size }: Gather) {
    this.ports = ports
    this.clients = Array.from({ length: size }, (_, nth) => {
      return {
        seat: seats[nth % seats.length] ?? {},
        nth,
        wire: null,
        position: 0,
        live: false,
        lost: false,
        backAt: 0,
        tries: 0,
      }
    })
  }

  async enter(): Promise<void> {
    for (let from = 0; from < this.clients.length; from += atOnce) {
      await Promise.all(
        this.clients.slice(from, from + atOnce).map((client) => {
          const entered = new Promise<void>((resolve, reject) => this.entered.set(client, { resolve, reject }))
          this.connect(client, this.ports[client.nth % this.ports.length] ?? 0)
          return entered
        }),
      )
    }
  }

  mark(): void {
    this.count = 0
  }

  heard(events: number): Promise<{ first: number; last: number }> {
    return new Promise((resolve, reject) => {
      const tell = () => resolve({ first: this.times[0] ?? NaN, last: this.times[events - 1] ?? NaN })
      if (this.missing) reject(new Error(this.missing))
      else if (this.count >= events) tell()
      else this.waiting = { events, tell, fail: reject }
    })
  }

  recorded(): Recorded {
    const { positions, times, whose, count } = this
    return { positions: positions.slice(0, count), times: times.slice(0, count), whose: whose.slice(0, count) }
  }

  /** From now on whoever loses its connection comes back to one of these ports, and wants all up to this position. */
  roam(ports: number[], position: number): void {
    this.roaming = { ports, position, back: 0, tries: 0, resets: 0, tell: () => undefined }
    for (const client of this.clients) {
      client.lost = false
      client.backAt = 0
    }
  }

  /** Resolves once every client has lost its connection and is there again. */
  returned(): Promise<Returned> {
    return new Promise((resolve) => {
      const { roaming } = this
      if (!roaming) return
      roaming.tell = () => {
        this.roaming = null
        const times = Float64Array.from(this.clients, ({ backAt }) => backAt)
        resolve({ times, tries: roaming.tries, resets: roaming.resets })
      }
      if (roaming.back === this.clients.length) roaming.tell()
    })
  }

  async look(rate: number, seconds: number): Promise<Looked> {
    this.looked = { frames: 0, bytes: 0 }
    const [started, before] = [now(), this.looks]
    for (let passed = 0; passed < seconds * 1_000; passed = now() - started) {
      for (; this.looks - before < (rate * passed) / 1_000; this.looks += 1) {
        const { seat, wire } = this.clients[this.looks % this.clients.length] as Client
        const place = pages[Math.floor(this.looks / this.clients.length + this.looks) % pages.length]
        wire?.say(`42["look",${JSON.stringify({ stream: seat.watch, place })}]`)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return this.looked
  }

  leave(): void {
    this.leaving = true
    for (const { wire } of this.clients) wire?.end()
  }

  private connect(client: Client, port: number): void {
    const { cookie, origin, path } = client.seat
    client.live = false
    client.wire = new Wire({
      port,
      ...(path && { path }),
      headers: { ...(cookie && { Cookie: cookie }), ...(origin && { Origin: origin }) },
      hear: (frame) => this.hear(client, frame),
      ended: (why) => this.lost(client, why),
    })
  }

  private hear(client: Client, frame: Buffer): void {
    const kind = frame.toString('latin1', 0, 2)
    if (kind === '42') this.deliver(client, frame)
    else if (kind === '43') this.answer(client, frame)
    else if (kind === '2') client.wire?.say('3')
    else if (kind.startsWith('0')) client.wire?.say(`40${client.seat.auth ? JSON.stringify(client.seat.auth) : ''}`)
    else if (kind === '40') this.watch(client)
    else if (kind === '44') client.wire?.end(frame.toString('utf8'))
  }

  private watch(client: Client): void {
    const { watch } = client.seat
    if (watch === undefined) this.isIn(client)
    else {
      const after = client.position > 0 ? { after: client.position } : {}
      client.wire?.say(`420["watch",${JSON.stringify({ stream: watch, ...after })}]`)
    }
  }

  private answer(client: Client, frame: Buffer): void {
    const [answer] = JSON.parse(frame.toString('utf8', frame.indexOf('['))) as [
      { ok: boolean; code?: string; position?: number; reset?: boolean },
    ]
    if (!answer.ok) return client.wire?.end(answer.code ?? 'refused')
    if (answer.reset && client.position > 0 && this.roaming) this.roaming.resets += 1
    client.position = answer.position ?? 0
    this.isIn(client)
  }

  private isIn(client: Client): void {
    client.live = true
    client.tries = 0
    this.entered.get(client)?.resolve()
    this.entered.delete(client)
    this.caughtUp(client)
  }

  private deliver(client: Client, frame: Buffer): void {
    if (frame.toString('latin1', 0, presenceMark.length) === presenceMark) {
      this.looked.frames += 1
      this.looked.bytes += frame.length
      return
    }
    const at = now()
    for (let mark = frame.indexOf(positionMark); mark !== -1; mark = frame.indexOf(positionMark, mark + 1)) {
      client.position = numberAt(frame, mark + positionMark.length)
      this.positions[this.count] = client.position
      this.times[this.count] = at
      this.whose[this.count] = client.nth
      this.count += 1
    }
    if (this.waiting && this.count >= this.waiting.events) {
      const { tell } = this.waiting
      this.waiting = null
      tell()
    }
    this.caughtUp(client)
  }

  private caughtUp(client: Client): void {
    const { roaming } = this
    if (!roaming || !client.lost || !client.live || client.backAt > 0 || client.position < roaming.position) return
    client.backAt = now()
    roaming.back += 1
    if (roaming.back === this.clients.length) roaming.tell()
  }

  private lost(client: Client, why: string): void {
    client.live = false
    this.entered.get(client)?.reject(new Error(`A client could not enter: ${why}`))
    this.entered.delete(client)
    client.lost = true
    if (this.leaving) return
    if (!this.roaming) {
      this.missing = `A client was lost: ${why}`
      this.waiting?.fail(new Error(this.missing))
      return
    }
    const { first, longest, chance } = comingBack
    const pause = Math.min(first * 2 ** client.tries, longest) * (1 + (Math.random() * 2 - 1) * chance)
    client.tries += 1
    this.roaming.tries += 1
    const { ports } = this.roaming
    setTimeout(() => this.connect(client, ports[(client.nth + client.tries) % ports.length] ?? 0), pause)
  }
}

function numberAt(frame: Buffer, from: number): number {
  let value = 0
  for (let at = from; ; at += 1) {
    const digit = (frame[at] ?? 0) - 48
    if (digit < 0 || digit > 9) return value
    value = value * 10 + digit
  }
}

const crowds = new Map<number, Crowd>()
let gathered = 0
const crowd = ({ id }: { id: number }): Crowd => {
  const found = crowds.get(id)
  if (!found) throw new Error(`There is no crowd ${id}`)
  return found
}
type Of<T = object> = T & { id: number }

answerBench(0, () => undefined, {
  async gather(asked: Gather) {
    const [id, one] = [(gathered += 1), new Crowd(asked)]
    crowds.set(id, one)
    await one.enter()
    return id
  },
  mark: (asked: Of) => crowd(asked).mark(),
  heard: (asked: Of<{ events: number }>) => crowd(asked).heard(asked.events),
  recorded: (asked: Of) => crowd(asked).recorded(),
  roam: (asked: Of<{ ports: number[]; position: number }>) => crowd(asked).roam(asked.ports, asked.position),
  returned: (asked: Of) => crowd(asked).returned(),
  look: (asked: Of<{ rate: number; seconds: number }>) => crowd(asked).look(asked.rate, asked.seconds),
  leave(asked: Of) {
    crowd(asked).leave()
    crowds.delete(asked.id)
  },
})
