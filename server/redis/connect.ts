import { createClient, createCluster } from 'redis'
import type { Log } from '../log.ts'

export type Hear = (message: string, channel: string) => void

/** One Redis or a Redis Cluster: what the relay and the limits need of it. Everything fails at once while it is away. */
export type Redis = {
  isReady: () => boolean
  /** Called each time that it is there, the first time and whenever it is back. */
  onReady: (listener: () => void) => void
  publish: (channel: string, message: string) => Promise<unknown>
  subscribe: (channel: string, hear: Hear) => Promise<void>
  unsubscribe: (channel: string, hear: Hear) => Promise<void>
  /** The client that counts limits, as rate-limiter-flexible takes it. */
  counter: object
  close: () => void
}

// Nobody waits for Redis: without a connection a command fails, and one that hangs is found out by its pings. The client's own
// deadline is only for what is not written yet, and keeps a timer and what hangs on it for five seconds behind each command.
const commandOptions = { timeout: 0 } as const
const settings = {
  commandOptions,
  disableOfflineQueue: true,
  commandsQueueMaxLength: 10_000,
  pingInterval: 1_000,
  socket: { connectTimeout: 2_000, socketTimeout: 4_000, reconnectStrategy: pauseBefore },
} as const

/** `urls` are separated by commas; several are nodes of a cluster, which tell of the others. */
export function connectRedis(urls: string, log: Log): Redis {
  const addresses = urls.split(',')
  return addresses.length > 1 ? connectCluster(addresses, log) : connectOne(urls, log)
}

function connectOne(url: string, log: Log): Redis {
  const said = sayOnce(log)
  const listeners: (() => void)[] = []
  const [publisher, subscriber] = [createClient({ url, ...settings }), createClient({ url, ...settings })]
  const isReady = () => publisher.isReady && subscriber.isReady
  for (const client of [publisher, subscriber]) {
    client.on('error', said.away)
    client.on('ready', () => {
      if (!isReady()) return
      said.back()
      for (const listener of listeners) listener()
    })
    client.connect().catch(() => undefined)
  }
  return {
    isReady,
    onReady: (listener) => void listeners.push(listener),
    publish: (channel, message) => publisher.sPublish(channel, message),
    subscribe: (channel, hear) => subscriber.sSubscribe(channel, hear),
    unsubscribe: (channel, hear) => subscriber.sUnsubscribe(channel, hear),
    counter: publisher,
    close() {
      for (const client of [subscriber, publisher]) client.destroy()
    },
  }
}

function connectCluster(urls: string[], log: Log): Redis {
  const said = sayOnce(log)
  const first = new URL(urls[0] ?? '')
  const cluster = createCluster({
    rootNodes: urls.map((url) => ({ url })),
    commandOptions,
    defaults: {
      ...settings,
      socket: { ...settings.socket, ...(first.protocol === 'rediss:' && { tls: true as const }) },
      ...(first.username && { username: decodeURIComponent(first.username) }),
      ...(first.password && { password: decodeURIComponent(first.password) }),
    },
    topologyRefreshOnReconnectionAttemptStrategy: 1_000,
  })
  const listeners: (() => void)[] = []
  let closed = false
  const isReady = () => cluster.isReady && cluster.masters.every(({ client }) => client?.isReady)
  cluster.on('error', said.away)
  for (const event of ['connect', 'node-ready']) {
    cluster.on(event, () => {
      if (!isReady()) return
      said.back()
      for (const listener of listeners) listener()
    })
  }
  async function open(tries = 0): Promise<void> {
    await cluster.connect().catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, pauseBefore(tries)).unref())
      if (!closed) await open(tries + 1)
    })
  }
  void open()
  return {
    isReady,
    onReady: (listener) => void listeners.push(listener),
    publish: (channel, message) => cluster.sPublish(channel, message),
    subscribe: (channel, hear) => cluster.sSubscribe(channel, hear),
    unsubscribe: (channel, hear) => cluster.sUnsubscribe(channel, hear),
    counter: cluster,
    close() {
      closed = true
      if (cluster.isOpen) cluster.destroy()
    },
  }
}

function sayOnce(log: Log) {
  let away = false
  return {
    away(this: void, error: Error): void {
      if (!away) log.warn({ err: error }, 'Redis is away: sockets hear from the log, each node counts limits alone')
      away = true
    },
    back(this: void): void {
      if (away) log.info('Redis is back')
      away = false
    },
  }
}

/** In milliseconds; with chance in it, so that many nodes do not come back in step. */
function pauseBefore(retries: number): number {
  return Math.min(50 * 2 ** retries, 1_000) * (0.5 + Math.random() / 2)
}
