import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

export type Give = (request: IncomingMessage, response: ServerResponse) => void

export type PageServer = {
  url: (path: string) => string
  /** What it gives at this path from now on. */
  at: (path: string, give: Give) => void
  /** How often it was asked for it. */
  asked: (path: string) => number
}

/** Somebody else's web server, on this machine: it gives what each test has it give, well-behaved or not. */
export function usePageServer(host = '127.0.0.1'): () => PageServer {
  const pages = new Map<string, Give>()
  const asked = new Map<string, number>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.set(path, (asked.get(path) ?? 0) + 1)
    const give = pages.get(path) ?? gives('Nothing here', { status: 404 })
    give(request, response)
  })
  let port = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return () => ({
    url: (path) => `http://${host}:${port}${path}`,
    at: (path, give) => void pages.set(path, give),
    asked: (path) => asked.get(path) ?? 0,
  })
}

/** A page as it is, with whatever headers. */
export function gives(
  body: string | Uint8Array,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Give {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', ...headers }).end(body)
  }
}

export function sendsOnTo(location: string): Give {
  return (_, response) => void response.writeHead(302, { Location: location }).end()
}
