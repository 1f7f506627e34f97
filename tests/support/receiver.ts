import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import path from 'node:path'
import { Webhook as Verifier } from 'standardwebhooks'
import { projectRoot } from '#server/paths.ts'

const certificates = path.join(projectRoot, 'tests/support/certificates')
const read = (name: string) => readFileSync(path.join(certificates, name), 'utf8')

/** What a node has to be allowed so that it reaches receivers: they are on this machine, with a certificate of our own. */
export const reachable = { outbound: { addresses: ['127.0.0.1'], authority: read('authority.pem') } }

export type Received = { path: string; method: string; headers: IncomingHttpHeaders; body: string; at: number }
/** Answers a request; the first one asked for a path is 1. */
export type Answer = (response: ServerResponse, nth: number) => void

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/**
 * A real HTTPS server. It keeps what it is sent and answers 204, or what a path was told to answer. With `heard` it keeps
 * nothing, and only says that something came.
 */
export async function startReceiver(options: { port?: number; heard?: () => void } = {}) {
  const received: Received[] = []
  const answers = new Map<string, Answer>()
  const news = new EventEmitter().setMaxListeners(0)
  const to = (where: string) => received.filter((one) => one.path === where)
  const server = createServer({ key: read('localhost-key.pem'), cert: read('localhost.pem') }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      if (options.heard) {
        response.writeHead(204).end()
        options.heard()
        return
      }
      const { url = '', method = '', headers } = request
      received.push({ path: url, method, headers, body: Buffer.concat(chunks).toString(), at: Date.now() })
      const answer = answers.get(url) ?? ((silent: ServerResponse) => void silent.writeHead(204).end())
      answer(response, to(url).length)
      news.emit('news')
    })
  })
  await listening(server, options.port ?? 0)
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  return {
    port,
    received,
    to,
    /** Of its certificate's name. */
    url: (where: string) => `https://localhost:${port}${where}`,
    answer: (where: string, answer: Answer) => void answers.set(where, answer),
    /** Waits until a path was sent so many; answers them. */
    async until(where: string, count: number): Promise<Received[]> {
      while (to(where).length < count) await once(news, 'news')
      return to(where)
    },
    stop(): Promise<void> {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

export type Payload = { type: string; timestamp: string; test?: boolean; data: Record<string, unknown> }

/** As a receiver reads it: with the public library, which throws where the signature is not of this secret. */
export function verified(secret: string, { body, headers }: Pick<Received, 'body' | 'headers'>): Payload {
  return new Verifier(secret).verify(body, headers as Record<string, string>) as Payload
}

export const status =
  (code: number): Answer =>
  (response) =>
    void response.writeHead(code).end()

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
