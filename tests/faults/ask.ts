import { request, type IncomingHttpHeaders } from 'node:http'

export type Asked = { method?: string; body?: unknown; headers?: Record<string, string>; timeout?: number }
export type Told = { status: number; text: string; headers: IncomingHttpHeaders }

/** One request on a connection of its own, whose `Host` is ours to write. Rejects after `timeout` milliseconds. */
export function ask(port: number, path: string, asked: Asked = {}): Promise<Told> {
  const { method = 'GET', body, headers = {}, timeout = 20_000 } = asked
  const text = body === undefined ? '' : JSON.stringify(body)
  const length = { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }
  const options = { method, path, port, host: '127.0.0.1', agent: false, headers: { ...(text && length), ...headers } }
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, signal: AbortSignal.timeout(timeout) }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString(), headers: answer.headers })
      })
    })
    sent.on('error', reject)
    sent.end(text)
  })
}
