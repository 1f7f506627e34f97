import { createServer } from 'node:http'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Rooms } from './gateway/rooms.ts'
import type { Log } from './log.ts'

/** Prometheus metrics on a port of their own, which need not be public. Without a port there are none. */
export async function serveMetrics(port: number | undefined, rooms: Rooms, log: Log): Promise<() => Promise<void>> {
  if (port === undefined) return async () => undefined
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  gauge(registry, 'rollcall_sockets', 'Connected sockets', () => rooms.counts().sockets)
  gauge(registry, 'rollcall_streams', 'Streams that sockets of this node watch', () => rooms.counts().streams)
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`The setting METRICS_PORT is wrong: ${port} is in use.`) : error)
    })
    server.listen(port, () => resolve())
  })
  log.info({ port }, 'metrics are served')
  return () => new Promise((resolve) => server.close(() => resolve()))
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read())
    },
  })
}
