import type { Socket } from 'node:net'

/** Connections at the same time, on this node. */
const most = { session: 20, user: 50, address: 500, node: 20_000 }

type Kind = keyof typeof most
/** Whose connection it is. `address` as limits count it. */
export type Holder = { session: string; user: string; address: string }

export type Caps = {
  /** Counts a connection until it closes, or answers which cap it would break and counts nothing. */
  admit: (connection: Socket, holder: Holder) => Kind | null
}

/** How many connections one session, one user, one address and all of them may hold. `factor` widens every cap. */
export function openCaps(factor = 1): Caps {
  const counts = new Map<string, number>()
  return {
    admit(connection, { session, user, address }) {
      const keys = { session: `session ${session}`, user: `user ${user}`, address: `address ${address}`, node: 'node' }
      const kinds = Object.keys(keys) as Kind[]
      const full = kinds.find((kind) => (counts.get(keys[kind]) ?? 0) >= most[kind] * factor)
      if (full) return full
      // one that went while its session was looked up has nothing more to tell
      if (connection.destroyed) return null
      for (const kind of kinds) counts.set(keys[kind], (counts.get(keys[kind]) ?? 0) + 1)
      // the TCP connection, not the WebSocket: an upgrade that fails in between gives its place back, too
      connection.once('close', () => {
        for (const kind of kinds) lessen(counts, keys[kind])
      })
      return null
    },
  }
}

function lessen(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1
  if (left > 0) counts.set(key, left)
  else counts.delete(key)
}
