import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { Topology, ClusterNode } from './topology.ts'

/** One request to one node. `status` is null where no answer came. */
export type Attempt = {
  node: string
  /** When it was sent, and when its answer or its failure came: milliseconds since the epoch. */
  at: number
  until: number
  status: number | null
  code: string
  body: unknown
  headers: Record<string, string>
}

/** What somebody wanted, over all attempts. `unknown`: it may have been done or not. */
export type Operation = {
  who: string
  what: string
  path: string
  /** A word that the log holds exactly where this was done. */
  marker: string | null
  keyed: boolean
  attempts: Attempt[]
  outcome: 'ok' | 'refused' | 'unknown'
  /** More that a check of this kind of operation needs. */
  note?: Record<string, unknown>
}

export type Wanted = {
  what: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  marker?: string
  /** Repeated with the same key until it is known what became of it. */
  keyed?: boolean
  /** Sent to two nodes at once with the same key (F15). */
  twice?: boolean
  cookie?: string
  note?: Record<string, unknown>
}

/** Longer than any answer may take; whoever waits this long has found a request that hangs. In milliseconds. */
const patience = 15_000
const mostAttempts = 8

class Hung extends Error {
  readonly code = 'HUNG'
}

/** What everybody asks and is answered, over all nodes. */
export class Traffic {
  readonly operations: Operation[] = []
  /** Nodes that a load balancer would send somebody to. */
  readonly ready = new Set<string>()
  private readonly topology: Topology
  private readonly agents = new Map<string, Agent>()
  private readonly looking: NodeJS.Timeout

  constructor(topology: Topology) {
    this.topology = topology
    for (const node of topology.nodes) this.ready.add(node.name)
    this.looking = setInterval(() => void this.look(), 200)
  }

  /** A node as a load balancer chooses it: a ready one, else any. */
  choose(pick: <T>(list: readonly T[]) => T, except?: string): ClusterNode {
    const { nodes } = this.topology
    const ready = nodes.filter(({ name }) => this.ready.has(name))
    const others = (ready.length > 0 ? ready : nodes).filter(({ name }) => name !== except)
    return pick(others.length > 0 ? others : nodes)
  }

  attempt(node: ClusterNode, wanted: Wanted, headers: Record<string, string>): Promise<Attempt> {
    const at = Date.now()
    const text = wanted.body === undefined ? '' : JSON.stringify(wanted.body)
    const given = {
      Host: this.topology.host,
      ...(text && { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }),
      ...headers,
    }
    return new Promise((resolve) => {
      const done = (status: number | null, code: string, body: unknown, heard: Record<string, string>): void =>
        resolve({ node: node.name, at, until: Date.now(), status, code, body, headers: heard })
      const { method, path } = wanted
      const agent = this.agentOf(node)
      const asked = request({ agent, host: '127.0.0.1', port: node.port, method, path, headers: given }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('error', (error: NodeJS.ErrnoException) => done(null, error.code ?? 'broken', null, {}))
        answer.on('end', () => {
          const body = parse(Buffer.concat(parts).toString())
          const heard = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
          done(answer.statusCode ?? null, String(Reflect.get(Object(body), 'code') ?? ''), body, heard)
        })
      })
      asked.setTimeout(patience, () => asked.destroy(new Hung()))
      asked.on('error', (error: NodeJS.ErrnoException) => done(null, error.code ?? 'broken', null, {}))
      asked.end(text)
    })
  }

  /** Asks until it is known what became of it, or gives up and does not know. */
  async carryOut(
    who: { name: string; headers: Record<string, string> },
    wanted: Wanted,
    pick: <T>(list: readonly T[]) => T,
  ): Promise<Operation> {
    const { what, path, marker = null, keyed = false, twice = false, note } = wanted
    const headers: Record<string, string> = {
      ...who.headers,
      ...(wanted.cookie !== undefined && { Cookie: wanted.cookie }),
    }
    if (keyed) headers['Idempotency-Key'] = randomUUID()
    const operation: Operation = {
      who: who.name, what, path, marker, keyed, attempts: [], outcome: 'unknown', ...(note && { note }),
    } // prettier-ignore
    this.operations.push(operation)
    const safe = wanted.method === 'GET'
    let node = this.choose(pick)
    for (let tries = 1; tries <= (safe ? 1 : mostAttempts); tries += 1) {
      const nodes = twice && tries === 1 ? [node, this.choose(pick, node.name)] : [node]
      const attempts = await Promise.all(nodes.map((one) => this.attempt(one, wanted, headers)))
      const before = operation.attempts.some(isOpen)
      operation.attempts.push(...attempts)
      const answered = attempts.filter(({ status }) => status !== null && status < 500)
      // of two sent at once one may be refused for what is over a moment later: it is done where one of them was
      const known = answered.find(({ status }) => (status ?? 0) < 400) ?? answered[0]
      if (known) {
        const ok = (known.status ?? 0) < 400
        // refused after an attempt that may have worked: what it was refused for may be its own doing; who asks too often
        // is not told what became of that one either
        const certain = keyed && known.status !== 429
        operation.outcome = ok ? 'ok' : (before || attempts.some(isOpen)) && !certain ? 'unknown' : 'refused'
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 100 * tries))
      node = this.choose(pick, node.name)
    }
    return operation
  }

  stop(): void {
    clearInterval(this.looking)
    for (const agent of this.agents.values()) agent.destroy()
  }

  private agentOf({ name }: ClusterNode): Agent {
    const agent = this.agents.get(name) ?? new Agent({ keepAlive: true, maxSockets: 50 })
    this.agents.set(name, agent)
    return agent
  }

  private async look(): Promise<void> {
    await Promise.all(
      this.topology.nodes.map(async (node) => {
        const { status } = await this.attempt(node, { what: 'look', method: 'GET', path: '/readyz' }, {})
        if (status === 200) this.ready.add(node.name)
        else this.ready.delete(node.name)
      }),
    )
  }
}

/** Whether this attempt may have been carried out without anybody knowing. */
function isOpen({ status, code }: Attempt): boolean {
  return (status === null && code !== 'ECONNREFUSED') || (status !== null && status >= 500)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
