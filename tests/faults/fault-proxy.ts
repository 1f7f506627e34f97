import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import type { Weather } from './lane.ts'
import { plain, type Reading } from './reading.ts'
import { proxyConnection, reset, type ProxiedConnection } from './proxied-connection.ts'

export type FaultProxy = {
  port: number
  /** Connections open now. */
  connections: () => number
  /** Heals: forwards again; what a black hole held flows on, in order. */
  pass: () => void
  /** Takes connections and bytes and forwards nothing, either way. Closes nothing. */
  blackHole: () => void
  /** Ends all connections now, without a word. New ones are forwarded. */
  cut: () => void
  /** Ends all connections, and every new one at once, until `pass`. */
  refuse: () => void
  /** Every chunk, both ways, later by so many milliseconds plus up to `jitter`, in order. Until `pass`. */
  delay: (milliseconds: number, jitter: number, random: () => number) => void
  /**
   * Where a client sends `mark` and `chance` says so, ends its connection as soon as the target has that, before
   * anything comes back. Until `pass`. For cutting behind a COMMIT. `said`: what it sent since the last mark, or the end
   * of that.
   */
  cutAfter: (mark: string, chance: (said: string) => boolean) => void
  close: () => Promise<void>
}

const fair: Weather = { holds: false, late: () => 0, cut: null }

/**
 * A TCP proxy on this machine alone whose network breaks as it is told. `target`: a port, asked for each connection;
 * `reader`: how what clients send is read, for `cutAfter`.
 */
export async function startFaultProxy(target: () => number, reader: () => Reading = plain): Promise<FaultProxy> {
  const connections = new Set<ProxiedConnection>()
  let weather = fair
  let refusing = false
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    if (refusing) return reset(client.on('error', () => undefined))
    const openTarget = () => connect({ host: '127.0.0.1', port: target(), allowHalfOpen: true, noDelay: true })
    const closed = () => connections.delete(connection)
    const connection = proxyConnection({ client, openTarget, weather: () => weather, reading: reader(), closed })
    connections.add(connection)
    connection.flow()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function turn(next: Weather, refuses = false): void {
    weather = next
    refusing = refuses
    for (const connection of connections) connection.flow()
  }
  function cutAll(): void {
    for (const connection of [...connections]) connection.cut()
  }
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => [...connections].filter((connection) => connection.isOpen()).length,
    pass: () => turn(fair),
    blackHole: () => turn({ ...fair, holds: true }),
    cut() {
      cutAll()
      turn(fair)
    },
    refuse() {
      cutAll()
      turn(fair, true)
    },
    delay: (milliseconds, jitter, random) => turn({ ...fair, late: () => milliseconds + random() * jitter }),
    cutAfter: (mark, chance) => turn({ ...fair, cut: { mark, chance } }),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      cutAll()
      await closed
    },
  }
}
