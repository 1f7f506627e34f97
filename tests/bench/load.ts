import { Agent, request } from 'node:http'
import { now } from './clock.ts'
import { host } from './stage.ts'

export type Call = {
  port: number
  method: string
  path: string
  body?: unknown
  headers?: Record<string, string>
  cookie?: string
  /** The only status that counts as done. */
  expect: number
}

export type Answered = { milliseconds: number; text: string; headers: NodeJS.Dict<string | string[]> }

/** `perSecond` over all workers; latencies of single requests in milliseconds. */
export type Drive = { perSecond: number; latencies: number[] }

/** Each list is one worker's: it sends its next call when the last one is answered. */
export async function drive(workers: Call[][]): Promise<Drive> {
  const agent = new Agent({ keepAlive: true, maxSockets: workers.length })
  const latencies: number[] = []
  const started = performance.now()
  await Promise.all(
    workers.map(async (calls) => {
      for (const call of calls) latencies.push((await send(agent, call)).milliseconds)
    }),
  )
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  return { perSecond: latencies.length / seconds, latencies }
}

/**
 * Begins `act` so many times a second, each at its moment, whatever became of those before: a server that stalls is not
 * asked less (no coordinated omission). `act` is given its number and the moment at which it was due.
 */
export async function pace<T>(
  { perSecond, seconds }: { perSecond: number; seconds: number },
  act: (n: number, due: number) => Promise<T>,
): Promise<T[]> {
  const [count, each, started] = [perSecond * seconds, 1000 / perSecond, now() + 20]
  const begun: Promise<T>[] = []
  await new Promise<void>((resolve) => {
    const begin = (): void => {
      while (begun.length < count && started + begun.length * each <= now()) {
        const one = act(begun.length, started + begun.length * each)
        // whoever waits for all of them hears of it
        one.catch(() => undefined)
        begun.push(one)
      }
      if (begun.length === count) resolve()
      else setTimeout(begin, Math.max(0, started + begun.length * each - now()))
    }
    begin()
  })
  return Promise.all(begun)
}

/** Thrown where the answer is not the expected one. */
export class Unexpected extends Error {
  readonly status: number
  constructor({ method, path }: Call, status: number, text: string) {
    super(`${method} ${path} answered ${status}: ${text}`)
    this.status = status
  }
}

export function send(agent: Agent, call: Call): Promise<Answered> {
  const { port, method, path, body, headers, cookie, expect } = call
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const given = {
      Host: host,
      ...(text && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
      ...(cookie && { Cookie: cookie }),
      ...headers,
    }
    const started = performance.now()
    const asked = request({ agent, host: '127.0.0.1', port, method, path, headers: given }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const heard = Buffer.concat(parts).toString()
        const { statusCode = 0 } = answer
        if (statusCode !== expect) reject(new Unexpected(call, statusCode, heard))
        else resolve({ milliseconds: performance.now() - started, text: heard, headers: answer.headers })
      })
    })
    asked.on('error', reject).end(text)
  })
}

/** The value below which this share of the numbers lies. */
export function quantile(numbers: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(numbers).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(numbers: ArrayLike<number>): number {
  return quantile(numbers, 0.5)
}
