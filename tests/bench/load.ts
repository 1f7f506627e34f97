import { Agent, request } from 'node:http'

export type Call = {
  port: number
  method: string
  path: string
  body?: unknown
  cookie?: string
  /** The only status that counts as done. */
  expect: number
}

/** `perSecond` over all workers; latencies of single requests in milliseconds. */
export type Drive = { perSecond: number; latencies: number[] }

/** Each list is one worker's: it sends its next call when the last one is answered. */
export async function drive(workers: Call[][]): Promise<Drive> {
  const agent = new Agent({ keepAlive: true, maxSockets: workers.length })
  const latencies: number[] = []
  const started = performance.now()
  await Promise.all(
    workers.map(async (calls) => {
      for (const call of calls) latencies.push(await send(agent, call))
    }),
  )
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  return { perSecond: latencies.length / seconds, latencies }
}

function send(agent: Agent, { port, method, path, body, cookie, expect }: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      ...(text && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
      ...(cookie && { Cookie: cookie }),
    }
    const started = performance.now()
    const asked = request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
      let heard = ''
      answer.setEncoding('utf8').on('data', (part: string) => (heard += part))
      answer.on('end', () => {
        if (answer.statusCode === expect) resolve(performance.now() - started)
        else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${heard}`))
      })
    })
    asked.on('error', reject).end(text)
  })
}

/** The value below which this share of the numbers lies. */
export function quantile(numbers: number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(numbers: number[]): number {
  return quantile(numbers, 0.5)
}
