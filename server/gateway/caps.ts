import type { Socket } from 'node:net'

/** Connections at the same time, on this node. Visitors take nobody's place but visitors'. */
const most = {
  people: { session: 20, user: 50, address: 500, node: 20_000 },
  visitors: { address: 500, node: 20_000 },
  visitor: { visitor: 10 },
} as const

/** Whose connection it is. `address` as limits count it; all of them are the node's. */
type Holder<Caps> = Record<Exclude<keyof Caps, 'node'>, string>

export type Caps<Kind extends keyof typeof most> = {
  /** Counts a connection until it closes, or answers which cap it would break and counts nothing. */
  admit: (connection: Socket, holder: Holder<(typeof most)[Kind]>) => string | null
}

export type AllCaps = { [Kind in keyof typeof most]: Caps<Kind> }

/** How many connections one session, one user, one visitor, one address and all of them may hold. `factor` widens every cap. */
export function openCaps(factor = 1): AllCaps {
  return {
    people: open(most.people, factor),
    visitors: open(most.visitors, factor),
    visitor: open(most.visitor, factor),
  }
}

function open<Most extends Record<string, number>>(allowed: Most, factor: number) {
  const counts = new Map<string, number>()
  return {
    admit(connection: Socket, holder: Holder<Most>): string | null {
      const names: Record<string, string> = { ...holder, node: '' }
      const full = Object.keys(allowed).find(
        (kind) => (counts.get(keyOf(kind, names)) ?? 0) >= (allowed[kind] ?? 0) * factor,
      )
      if (full) return full
      // one that went while it was looked up has nothing more to tell
      if (connection.destroyed) return null
      hold(connection, counts, Object.keys(allowed).map((kind) => keyOf(kind, names))) // prettier-ignore
      return null
    },
  }
}

function keyOf(kind: string, names: Record<string, string>): string {
  return `${kind} ${names[kind]}`
}

/** On its own, so that no more than this is held as long as the connection. */
function hold(connection: Socket, counts: Map<string, number>, keys: string[]): void {
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  // the TCP connection, not the WebSocket: an upgrade that fails in between gives its place back, too
  connection.once('close', () => {
    for (const key of keys) lessen(counts, key)
  })
}

function lessen(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 1) - 1
  if (left > 0) counts.set(key, left)
  else counts.delete(key)
}
