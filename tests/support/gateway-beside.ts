import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import type { Stream } from '#shared/protocol/streams.ts'
import { addressReader } from '#server/auth/address.ts'
import { openSessions } from '#server/auth/sessions.ts'
import { readEvents, type LoggedEvent } from '#server/core/event-log.ts'
import { Sql } from '#server/db/sql.ts'
import { openCaps } from '#server/gateway/caps.ts'
import { openGateway, type Gateway } from '#server/gateway/gateway.ts'
import { createLog } from '#server/log.ts'
import { createMetrics } from '#server/metrics.ts'
import { inProcessFeed } from '#server/relay/feed.ts'
import type { TestNode } from './node.ts'

export type GatewayBeside = {
  /** For sockets: the node as they know it, at the port of this gateway. */
  node: TestNode
  /** Tells this gateway of events as a hint would. */
  tell: (stream: Stream, events: LoggedEvent[]) => void
  /** The events of a stream after a position, as hints carry them. */
  events: (stream: Stream, after: number, limit?: number) => Promise<LoggedEvent[]>
}

/**
 * A gateway beside the node, on the same database, that hears of commits what the test says, when it says it; besides it
 * follows the heads, as every gateway does.
 */
export function useGatewayBeside(node: () => TestNode): () => GatewayBeside {
  const feed = inProcessFeed()
  const http: Server = createServer()
  let gateway: Gateway
  let sql: Sql
  let beside: TestNode
  beforeAll(async () => {
    sql = new Sql(node().databaseUrl, { patienceFactor: 5 })
    gateway = openGateway(http, {
      sql,
      feed,
      log: createLog('silent'),
      epoch: 'epoch',
      sessions: openSessions(sql, ''),
      node: crypto.randomUUID(),
      addressOf: addressReader([]),
      caps: openCaps(1000),
      isOwnOrigin: () => true,
      draining: () => false,
      metrics: createMetrics(),
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    beside = { ...node(), port: (http.address() as AddressInfo).port }
  })
  afterAll(async () => {
    await gateway.close()
    await sql.end()
  })
  return () => ({
    node: beside,
    tell: (stream, events) => feed.publish([{ stream, events }]),
    events: (stream, after, limit = 100) => readEvents(sql, stream, after, limit),
  })
}
